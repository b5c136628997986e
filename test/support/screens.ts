/** The three screens that answer a challenge, for tests that hold for each of them. */
import type { AdminStub } from './admin-stub.ts';
import type { FormWork } from './browser.ts';

export interface Screen {
  name: 'login' | 'consent' | 'logout';
  path: string;
  field: string;
  /** What a person does to say yes. */
  yes: FormWork;
  no: FormWork;
}

const screen = (name: Screen['name'], fill: Record<string, string> = {}): Screen => ({
  name,
  path: `/${name}`,
  field: `${name}_challenge`,
  yes: { press: 'accept', fill, tickScopes: true },
  no: { press: 'reject' },
});

export const foosLogin = { email: 'foo@bar.com', password: 'foobar' };

export const screens: Screen[] = [screen('login', foosLogin), screen('consent'), screen('logout')];

let count = 0;

/** A challenge that no other test has, made of the characters that real ones have. */
export function newChallenge(purpose = 'c'): string {
  count += 1;
  return `${purpose}-${count}_aZ-_9==`;
}

/** A new open challenge of a screen, known to the admin API, and its address. */
export function openAt(stub: AdminStub, { name, path, field }: Screen, purpose?: string) {
  const challenge = stub[name](newChallenge(purpose ?? name));
  return { challenge, address: addressOf(path, field, challenge) };
}

export function addressOf(path: string, field: string, challenge: string): string {
  return `${path}?${new URLSearchParams([[field, challenge]]).toString()}`;
}
