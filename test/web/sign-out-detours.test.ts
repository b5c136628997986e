import { expect, test } from '@jest/globals';
import type { Response } from 'express';
import { createSignOutDetours } from '../../src/web/sign-out-detours.ts';

const home = { path: '', isSecure: true, href: 'https://login.example.org' };
const detours = createSignOutDetours(home, ['a-secret-of-the-tests-of-detours-0123456789']);
const way = {
  id: 'work',
  name: 'Work',
  begin: async () => ({ location: '', keep: '' }),
  finish: async () => ({ refused: 'cancelled' as const, detail: '' }),
  signOut: async () => 'https://work.example.org/end-session',
};

test.each([
  [100, 'https://work.example.org/end-session', 1],
  [4_000, undefined, 0],
])('a way back of %i characters is kept, or there is no detour', async (length, first, cookies) => {
  const kept: string[] = [];
  const res = { cookie: (_name: string, value: string) => kept.push(value) };
  const target = `https://auth.example.org/logout?logout_verifier=${'v'.repeat(length)}`;
  const signOutHint = detours.hide('an-id-token');
  const signIn = { subject: 's', at: 0, amr: [], way: 'work', signOutHint };
  const found = await detours.begin(res as unknown as Response, { ways: [way], signIn, target });
  expect(found).toBe(first ?? target);
  expect(kept).toHaveLength(cookies);
});
