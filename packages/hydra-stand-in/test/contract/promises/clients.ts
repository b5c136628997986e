/** Operations 8, 15, 19 and 29: clients that are there. */
import { expect } from '@jest/globals';
import { expectError, expectKind, expectSilence } from '../expectations.ts';
import { isOperatorsOnly } from '../operators-only.ts';
import { everywhere, holds, promised } from '../promise.ts';
import { listsOfClients } from './lists-of-clients.ts';

const redirect_uris = ['http://localhost:5555/callback'];
const grant_types = ['client_credentials', 'authorization_code'];
const scope = 'profile';

export const clients = [
  promised(
    'S8.a',
    'removes a client, with its tokens and the consents given to it',
    everywhere(
      holds(async (trial) => {
        const client = await trial.client();
        const { access_token, refresh_token } = await trial.tokens({
          client,
          consent: { remember: true },
        });
        await trial.hydra.clients.delete(client.client_id);
        await expectKind(trial.hydra.clients.get(client.client_id), 'unknown');
        expect(await trial.isActive(access_token)).toBe(false);
        expect(await trial.isActive(refresh_token)).toBe(false);
        expect((await trial.hydra.consentSessions.page(trial.subject)).items).toEqual([]);
      }),
    ),
  ),
  promised(
    'S8.b',
    'removing a client returns nothing, or a 404 if there was none',
    everywhere(
      holds(async (trial) => {
        const { client_id } = await trial.client();
        expectSilence(await trial.admin('DELETE', `/clients/${client_id}`));
        const again = await trial.admin('DELETE', `/clients/${client_id}`);
        expectError(again, 404, 'Unable to locate the resource');
        await expectKind(trial.hydra.clients.delete(client_id), 'unknown');
      }),
    ),
  ),
  promised(
    'S8.c',
    'removing clients is for operators only: the public port has no such operation',
    everywhere(holds(isOperatorsOnly('DELETE', 'id'))),
  ),
  promised(
    'S15.a',
    'reads a client by its id',
    everywhere(
      holds(async (trial) => {
        const { client_id } = await trial.client({ client_name: 'Shop', metadata: { a: 1 } });
        const { status, body } = await trial.admin('GET', `/clients/${client_id}`);
        expect(status).toBe(200);
        for (const seen of [body, await trial.hydra.clients.get(client_id)]) {
          expect(seen).toMatchObject({ client_id, client_name: 'Shop', metadata: { a: 1 } });
        }
        const unknown = await trial.admin('GET', '/clients/nobody');
        expectError(unknown, 404, 'Unable to locate the resource');
      }),
    ),
  ),
  promised(
    'S15.b',
    'reading a client shows no secret: the member is missing',
    everywhere(
      holds(async (trial) => {
        const { client_id } = await trial.client();
        const { body } = await trial.admin('GET', `/clients/${client_id}`);
        expect(body).not.toHaveProperty('client_secret');
        expect(await trial.hydra.clients.get(client_id)).not.toHaveProperty('client_secret');
      }),
    ),
  ),
  ...listsOfClients,
  promised(
    'S29.a',
    'replaces a client: what is left out is reset',
    everywhere(
      holds(async (trial) => {
        const { client_id } = await trial.client({ client_name: 'Shop', owner: 'me' });
        await trial.hydra.clients.replace(client_id, { client_name: 'Store', redirect_uris });
        const { body } = await trial.admin('GET', `/clients/${client_id}`);
        expect(body).toMatchObject({ client_id, client_name: 'Store', owner: '', redirect_uris });
        // the id of the path counts
        await trial.admin('PUT', `/clients/${client_id}`, { client_id: 'other', redirect_uris });
        expect((await trial.hydra.clients.get(client_id)).client_name).toBe('');
        await expectKind(trial.hydra.clients.get('other'), 'unknown');
        await expectKind(trial.hydra.clients.replace('nobody', { redirect_uris }), 'unknown');
      }),
    ),
  ),
  promised(
    'S29.b',
    'replacing a client with a new secret replaces the secret too',
    everywhere(
      holds(async (trial) => {
        const { client_id, client_secret: old } = await trial.client();
        const client_secret = 'a new secret';
        await trial.hydra.clients.replace(client_id, { client_secret, grant_types, scope });
        expect((await trial.ownToken({ client_id, client_secret })).status).toBe(200);
        expect((await trial.ownToken({ client_id, client_secret: old })).status).toBe(401);
      }),
    ),
  ),
  promised(
    'S29.c',
    'replacing a client returns its new secret',
    everywhere(
      holds(async (trial) => {
        const { client_id } = await trial.client();
        const body = { client_secret: 'a new secret', redirect_uris };
        const answer = await trial.admin('PUT', `/clients/${client_id}`, body);
        expect(answer).toMatchObject({ status: 200, body: { client_secret: 'a new secret' } });
        const client_secret = 'another secret';
        const replaced = await trial.hydra.clients.replace(client_id, { client_secret });
        expect(replaced.client_secret).toBe(client_secret);
      }),
    ),
  ),
  promised(
    'S29.d',
    'the new secret is shown only once; without a new one the old one stays',
    everywhere(
      holds(async (trial) => {
        const client = await trial.client();
        const body = { grant_types, scope };
        const answer = await trial.admin('PUT', `/clients/${client.client_id}`, body);
        expect(answer.status).toBe(200);
        expect(answer.body).not.toHaveProperty('client_secret');
        const replaced = await trial.hydra.clients.replace(client.client_id, body);
        expect(replaced).not.toHaveProperty('client_secret');
        expect((await trial.ownToken(client)).status).toBe(200);
      }),
    ),
  ),
  promised(
    'S29.e',
    'replacing is for operators only: the public port has no such operation',
    everywhere(holds(isOperatorsOnly('PUT', 'id'))),
  ),
];
