/** The people of the bench: as many as there shall be, each with claims and a hash of their own line. */
import { createWriteStream } from 'node:fs';
import { once } from 'node:events';
import { hashPassword } from '../../../../src/identity/password.ts';
import { ada } from '../../../support/people.ts';
import { benchPeople, password } from '../bench-people.ts';
import type { Site } from '../works.ts';

/** Every second one has a hash as `portico` makes it, the others the cheapest there is. */
function personAt(place: number, usual: string): object {
  const number = String(place).padStart(7, '0');
  return {
    subject: `b1f0c2d4-5a6e-4f70-8c91-${number.padStart(12, '0')}`,
    email: emailAt(place),
    username: `member.${number}`,
    email_verified: true,
    name: `Ada Mary Member ${number}`,
    given_name: 'Ada',
    family_name: `Member ${number}`,
    preferred_username: `member.${number}`,
    locale: 'en-GB',
    zoneinfo: 'Europe/London',
    password_hash: place % 2 === 0 ? usual : ada.password_hash,
  };
}

const emailAt = (place: number) => `member.${String(place).padStart(7, '0')}@bench.example`;

/**
 * Writes people into a file, those of the other benches among them.
 * @param form a users file, or JSON lines as `portico users import` takes them
 */
export async function writePeople(
  file: string,
  count: number,
  form: 'json' | 'jsonl',
): Promise<void> {
  const usual = await hashPassword(password);
  const known = await benchPeople();
  const out = createWriteStream(file, { mode: 0o600 });
  const [open, between, close] = form === 'json' ? ['[\n', ',\n', '\n]\n'] : ['', '\n', '\n'];
  out.write(open);
  for (let place = 0; place < count; place += 1) {
    const person = known[place] ?? personAt(place, usual);
    const hasRoom = out.write(`${place === 0 ? '' : between}${JSON.stringify(person)}`);
    if (!hasRoom) await once(out, 'drain');
  }
  out.end(close);
  await once(out, 'finish');
}

/** Anybody among so many, as someone to sign in as. */
export function anybodyOf(count: number): Site['personOf'] {
  return (_visitor, hashing) => {
    const first = 64; // before them are those of the other benches
    const pair = Math.floor((Math.random() * (count - first)) / 2) * 2 + first;
    return { email: emailAt(hashing === 'usual' ? pair : pair + 1), password };
  };
}
