/** Beyond the 29 operations: accepting the code that a device shows. */
import { expect } from '@jest/globals';
import { expectAddress, expectError, expectKind, expectNoRoute } from '../expectations.ts';
import { absent, holds, promised } from '../promise.ts';
import { sendForm, basic } from '../wire.ts';

const path = '/oauth2/auth/requests/device/accept';
const grant_types = ['urn:ietf:params:oauth:grant-type:device_code'];

const noDevice = absent('device flows exist since 25.4', async (trial) => {
  expectNoRoute(await trial.admin('PUT', `${path}?device_challenge=x`, { user_code: 'x' }));
  expect((await trial.atPublic('POST', '/oauth2/device/auth')).status).toBe(404);
  await expectKind(trial.hydra.device.accept('x', 'x'), 'route_unknown');
});

export const device = [
  promised('E2', 'accepting a user code leads to the login', {
    '1.11': noDevice,
    '2.3': noDevice,
    '26.2': holds(async (trial) => {
      const client = await trial.client({ grant_types });
      const form = { client_id: client.client_id, scope: 'openid' };
      const url = `${trial.publicUrl}/oauth2/device/auth`;
      const { body: codes } = await sendForm(url, form, basic(client));
      const journey = trial.journey(client);
      await journey.follow(`${trial.publicUrl}/oauth2/device/verify`);
      expect(journey.kind).toBe('device');
      const { challenge } = journey;
      expect(await trial.hydra.device.accept(challenge, 'wrong')).toBeUndefined();
      const answer = await journey.answer('accept', { user_code: 'wrong' });
      expectError(answer, 400, 'invalid_request');
      const next = (await trial.hydra.device.accept(challenge, codes.user_code)) ?? '';
      const to = { url: `${trial.publicUrl}/oauth2/device/verify`, verifier: 'device_verifier' };
      expectAddress(next, to);
      const request = await (await journey.follow(next)).request();
      expect(request).toMatchObject({ status: 200, body: { oidc_context: null, skip: false } });
      await expectKind(trial.hydra.device.accept('x', codes.user_code), 'unknown');
    }),
  }),
];
