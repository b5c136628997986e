import { expect } from '@jest/globals';
import type { Check } from './promise.ts';

const clientBody = { redirect_uris: ['http://localhost:5555/callback'] };

/** Those who use the server see nothing of this at the public port. */
export const isOperatorsOnly =
  (method: string, suffix: '' | 'id'): Check =>
  async (trial) => {
    const { client_id } = await trial.client();
    const path = `/clients${suffix && `/${client_id}`}`;
    for (const prefix of ['', '/admin']) {
      const { status } = await trial.atPublic(method, `${prefix}${path}`, clientBody);
      expect(status).toBe(404);
    }
    expect((await trial.admin('GET', `/clients/${client_id}`)).status).toBe(200);
  };
