import { randomInt } from 'node:crypto';
import { misuse, type CommandContext, type Given, type Options } from '@portico/command-line';
import { affordableHash, hashPassword, isAffordableHash } from '../identity/password.ts';
import { askPassword, readAll } from './read-password.ts';
import { onlyOneOf } from './with-people.ts';

export interface NewPassword {
  password_hash: string;
  /** To be shown once: it was made here. */
  generated?: string;
}

/** How a command gets a password. */
export const passwordOptions: Options = {
  stdin: {
    help: 'read the password from the standard input; one line break at its end is dropped',
  },
  generate: { help: 'make a password, and print it once' },
  'hash-stdin': { help: 'read a password hash of another system from the standard input' },
};

/** The sentence for a password in the arguments. */
export const passwordRefusal =
  'A password typed here would stay in the history: leave it out and be asked, or use --stdin or --generate.';

/** Asks for a new password at the terminal, unless an option says where it comes from. */
export async function newPassword(given: Given, context: CommandContext): Promise<NewPassword> {
  onlyOneOf(given, Object.keys(passwordOptions));
  const { stdin, stderr } = context;
  if (given.has('hash-stdin')) return { password_hash: hashOf(await readAll(stdin)) };
  if (given.has('generate')) {
    const generated = generatePassword();
    return { generated, password_hash: await hashPassword(generated) };
  }
  const password = given.has('stdin') ? await readAll(stdin) : await askPassword(stdin, stderr);
  return { password_hash: await hashPassword(password) };
}

function hashOf(text: string): string {
  const hash = text.trim();
  if (isAffordableHash(hash)) return hash;
  throw misuse(`The hash must be ${affordableHash(hash)}.`);
}

/** Letters and digits that are not taken for each other: 32 of them, so 5 bits each. */
const alphabet = 'abcdefghijkmnpqrstuvwxyz23456789';

/** 100 bits, in groups that can be read aloud. */
function generatePassword(): string {
  const letters = Array.from({ length: 20 }, () => alphabet[randomInt(alphabet.length)]);
  return letters.join('').replace(/.{5}(?=.)/g, '$&-');
}
