/** Operation 9: flushing tokens. */
import { expect } from '@jest/globals';
import { expectError, expectKind, expectNoRoute, expectSilence } from '../expectations.ts';
import { absent, differs, holds, holdsAsFarAsSeen, promised, since2 } from '../promise.ts';

const noFlush = absent('flushing was removed in 2.0', async (trial) => {
  expectNoRoute(await trial.admin('POST', '/oauth2/flush', {}));
  expectNoRoute(await trial.bare('POST', '/oauth2/flush', {}));
  await expectKind(trial.hydra.tokens.flush(), 'unsupported');
});

const unflushed = 'no request shows that expired ones are deleted: they are inactive anyway';

const inHours = (hours: number): Date => new Date(Date.now() + hours * 3600_000);

export const flush = [
  promised(
    'S9.a',
    'flushing deletes expired access tokens, and no others',
    since2(
      holdsAsFarAsSeen(`valid ones stay; ${unflushed}`, async (trial) => {
        const { access_token } = await trial.tokens();
        await trial.hydra.tokens.flush();
        expect(await trial.isActive(access_token)).toBe(true);
      }),
      noFlush,
    ),
  ),
  promised(
    'S9.b',
    'flushing with a time keeps tokens issued after it',
    since2(
      holdsAsFarAsSeen(`a valid one stays, whatever the time; ${unflushed}`, async (trial) => {
        const { access_token } = await trial.tokens();
        for (const notAfter of [inHours(-1), inHours(1)]) {
          await trial.hydra.tokens.flush({ notAfter });
          const body = { notAfter: notAfter.toISOString() };
          expectSilence(await trial.admin('POST', '/oauth2/flush', body));
          expect(await trial.isActive(access_token)).toBe(true);
        }
        expectError(await trial.admin('POST', '/oauth2/flush', { notAfter: 'noon' }), 500);
      }),
      noFlush,
    ),
  ),
  promised(
    'S9.c',
    'flushing leaves refresh tokens alone',
    since2(
      differs(
        'since 1.10.1 expired ones are deleted too, which no request shows; valid ones stay',
        async (trial) => {
          const { refresh_token, client } = await trial.tokens();
          await trial.hydra.tokens.flush({ notAfter: inHours(1) });
          expect((await trial.refresh(client, refresh_token)).status).toBe(200);
        },
      ),
      noFlush,
    ),
  ),
  promised(
    'S9.d',
    'flushing returns nothing',
    since2(
      holds(async (trial) => {
        expectSilence(await trial.admin('POST', '/oauth2/flush', {}));
        expectSilence(await trial.admin('POST', '/oauth2/flush', 'null'));
      }),
      noFlush,
    ),
  ),
];
