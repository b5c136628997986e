/** Operations 22 and 23: a consent or a login that is refused. */
import { expect } from '@jest/globals';
import { expectAddress, expectKind, expectRedirect } from '../expectations.ts';
import { differs, everywhere, holds, promised } from '../promise.ts';
import type { Trial } from '../trial.ts';

type Step = 'login' | 'consent';

const at = (trial: Trial, step: Step) => (step === 'login' ? trial.atLogin() : trial.atConsent());

const rejections = (operation: string, step: Step, outcome: string) => [
  promised(
    `${operation}.a`,
    `rejecting a ${step} informs the client that ${outcome}`,
    everywhere(
      holds(async (trial) => {
        const journey = await at(trial, step);
        const answer = { error: 'access_denied', error_description: 'no such luck' };
        await journey.follow(await trial.hydra[step].reject(journey.challenge, answer));
        expect(journey.location.href).toMatch(/^http:\/\/localhost:5555\/callback\?/);
        const { error, state, error_description } = journey.parameters;
        expect({ error, state }).toEqual({ error: 'access_denied', state: 'contract-state' });
        expect(error_description).toMatch(/^no such luck/);
      }),
    ),
  ),
  promised(
    `${operation}.b`,
    `rejecting a ${step} needs a reason`,
    everywhere(
      differs('none is needed, but then the client gets an illegal code', async (trial) => {
        const journey = await at(trial, step);
        const silent = trial.hydra[step].reject(journey.challenge, { error: '' });
        await expectKind(silent, 'bad_request');
        const { body } = await journey.answer('reject', {});
        await journey.follow(body.redirect_to);
        expect(journey.parameters['error']).toBe(`${step} request denied`);
      }),
    ),
  ),
  promised(
    `${operation}.c`,
    `rejecting a ${step} returns the address that the browser visits next`,
    everywhere(
      holds(async (trial) => {
        const to = { url: `${trial.publicUrl}/oauth2/auth`, verifier: `${step}_verifier` };
        const answer = { error: 'access_denied' };
        expectRedirect(await (await at(trial, step)).answer('reject', answer), to);
        const { challenge } = await at(trial, step);
        expectAddress(await trial.hydra[step].reject(challenge, answer), to);
      }),
    ),
  ),
];

export const refusals = [
  ...rejections('S22', 'consent', 'it was refused'),
  ...rejections('S23', 'login', 'nobody signed in'),
];
