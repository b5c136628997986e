import { expect } from '@jest/globals';
import type { HydraErrorKind } from '@portico/hydra-admin';
import type { WireAnswer } from './wire.ts';

/** The two members of every error, and no more; which error it is, if it matters. */
export function expectError(answer: WireAnswer, status: number, error?: string): void {
  expect({ status: answer.status, members: Object.keys(answer.body ?? {}).toSorted() }).toEqual({
    status,
    members: ['error', 'error_description'],
  });
  if (error !== undefined) expect(answer.body.error).toBe(error);
}

/** The server has no such operation: which is not to be mistaken for an unknown record. */
export function expectNoRoute({ status, body }: WireAnswer): void {
  expect({ status, error: typeof body?.error }).not.toMatchObject({ error: 'string' });
  expect(status).toBe(404);
}

export function expectSilence({ status, text }: WireAnswer): void {
  expect({ status, text }).toEqual({ status: 204, text: '' });
}

/** Our client rejects with its own error of this kind. */
export async function expectKind(call: Promise<unknown>, kind: HydraErrorKind): Promise<void> {
  await expect(call).rejects.toMatchObject({ name: 'HydraError', kind });
}

/** The answer of whatever moves the browser on: one address at the public port, and nothing else. */
export function expectRedirect(answer: WireAnswer, to: { url: string; verifier: string }): void {
  expect(answer.status).toBe(200);
  expect(Object.keys(answer.body)).toEqual(['redirect_to']);
  expectAddress(answer.body.redirect_to, to);
}

export function expectAddress(
  address: string,
  { url, verifier }: { url: string; verifier: string },
) {
  const { origin, pathname, searchParams } = new URL(address);
  expect(origin + pathname).toBe(url);
  expect(searchParams.get(verifier)).toBeTruthy();
}
