import {
  createTable,
  exitCodes,
  Failure,
  misuse,
  plain,
  yesOption,
  type Column,
  type Given,
} from '@portico/command-line';
import { HydraError, type Jwk } from '@portico/hydra-admin';
import type { ServerCommand, ServerContext } from './server-command.ts';

/** One key as people count: 1.x keeps it as two, each with a prefix. */
interface WholeKey {
  name: string;
  parts: Jwk[];
}

const columns: Column<Jwk>[] = [
  { title: 'KID', of: ({ kid = '' }) => kid },
  {
    title: 'TYPE',
    of: ({ kty, crv }) => [kty, crv].filter((part) => typeof part === 'string').join(' '),
  },
  { title: 'ALG', of: ({ alg = '' }) => alg },
  { title: 'USE', of: ({ use = '' }) => use },
  { title: 'HOLDS', of: (key) => (isSecret(key) ? 'the private key' : 'the public key') },
];

const list: ServerCommand = {
  name: 'keys list',
  operands: ['SET'],
  summary: 'Lists the keys of a set, newest first, without their secrets.',
  details: `Hydra signs ID tokens with the newest key of the set hydra.openid.id-token, and JWT access tokens
with the newest one of hydra.jwt.access-token.`,
  options: {},
  async run(given, context) {
    const [set = ''] = given.operands;
    const keys = await keysOf(context, set);
    if (!keys) throw new Failure(`There is no key set ${JSON.stringify(set)}.`, exitCodes.unknown);
    const table = () => createTable(columns, context.stdout.columns).lines(keys);
    await (given.has('json') ? context.printJson(keys.map(publicOf)) : context.print(table()));
  },
};

const rotate: ServerCommand = {
  name: 'keys rotate',
  operands: ['SET'],
  summary: 'Adds a key to a set: the server signs with the newest one.',
  details: `The older keys stay, so that tokens signed by them can still be verified: remove them with --keep when
the last of those tokens has expired. From now on the server refuses an older id_token_hint at
sign-out. RSA keys take up to ten seconds to create; 1.x can sign ID tokens with no others.`,
  options: {
    alg: { value: 'ALG', help: 'RS256, ES256, ES512, EdDSA …; by default that of the newest key' },
    use: { value: 'USE', help: 'sig (default) or enc' },
    keep: {
      value: 'N',
      help: 'removes the oldest keys, so that N remain, the new one included; asks first',
    },
    ...yesOption,
  },
  async run(given, context) {
    const [set = ''] = given.operands;
    const { use, keep } = readRotation(given);
    const readBefore = async () => wholeKeysOf((await keysOf(context, set)) ?? []);
    const beyond = (keys: WholeKey[]) => (keep === undefined ? [] : keys.slice(keep - 1));
    if (keep !== undefined) {
      await context.confirm(given, async () => {
        const names = namesOf(beyond(await readBefore())).join(', ');
        return `Add a key to ${set}, and remove ${names || 'none'}?`;
      });
    }
    const before = await readBefore();
    const alg = given.text('alg') ?? algOf(before[0]);
    const { publicKey, privateKey } = await context.hydra.keys.create(set, { alg, use });
    const removed = beyond(before);
    await removeAll(context, set, removed);
    const kept = namesOf(before.filter((key) => !removed.includes(key)));
    if (given.has('json')) {
      const created = publicOf(publicKey ?? privateKey);
      const kid = nameOf(privateKey);
      await context.printJson({ set, kid, created, kept, removed: namesOf(removed) });
      return;
    }
    await context.print(
      `The set ${plain(set)} has a new ${plain(alg)} key: ${nameOf(privateKey)}\n`,
    );
    if (before.length === 0) context.note('The set is new.');
    if (removed.length > 0) context.note(`Removed: ${namesOf(removed).join(', ')}.`);
    if (kept.length > 0)
      context.note(`${count(kept)}, to verify older signatures: ${kept.join(', ')}.`);
  },
};

export const keyCommands = [list, rotate];

function readRotation(given: Given): { use: 'sig' | 'enc'; keep: number | undefined } {
  const use = given.text('use') ?? 'sig';
  if (use !== 'sig' && use !== 'enc') throw misuse('--use must be sig or enc.');
  const keep = given.text('keep');
  if (keep !== undefined && !/^[1-9]\d{0,5}$/.test(keep))
    throw misuse('--keep must be a number, 1 or more.');
  return { use, keep: keep === undefined ? undefined : Number(keep) };
}

/** Removes the oldest first, one by one: after a failure the newer ones are still there. */
async function removeAll(
  { hydra, note }: ServerContext,
  set: string,
  keys: WholeKey[],
): Promise<void> {
  for (const { name, parts } of keys.toReversed()) {
    for (const { kid } of parts) {
      if (kid === undefined) note('A key without a kid cannot be removed, so it stays.');
      // oxlint-disable-next-line no-await-in-loop -- the order matters
      else
        await hydra.keys.deleteKey(set, kid).catch((error: unknown) => {
          note(`The new key exists, but the old key ${name} could not be removed.`);
          throw error;
        });
    }
  }
}

/** `undefined` if the set does not exist or is empty. */
async function keysOf({ hydra }: ServerContext, set: string): Promise<Jwk[] | undefined> {
  const found = await hydra.keys.getSet(set).catch((error: unknown) => {
    if (error instanceof HydraError && error.kind === 'unknown') return undefined;
    throw error;
  });
  return found?.keys;
}

function wholeKeysOf(keys: Jwk[]): WholeKey[] {
  const whole = new Map<string, Jwk[]>();
  for (const key of keys) whole.set(nameOf(key), [...(whole.get(nameOf(key)) ?? []), key]);
  return [...whole].map(([name, parts]) => ({ name, parts }));
}

const namesOf = (keys: WholeKey[]): string[] => keys.map(({ name }) => name);

const count = ({ length }: string[]): string =>
  length === 1 ? '1 older key stays' : `${length} older keys stay`;

function nameOf({ kid = '' }: Jwk): string {
  return kid.replace(/^(private|public):/, '');
}

/** 1.x leaves the algorithm out of elliptic-curve keys. */
function algOf(key: WholeKey | undefined): string {
  const { alg, crv }: Partial<Jwk> = key?.parts[0] ?? {};
  const ofCurve = { 'P-256': 'ES256', 'P-384': 'ES384', 'P-521': 'ES512', Ed25519: 'EdDSA' }[
    String(crv)
  ];
  return alg ?? ofCurve ?? 'RS256';
}

const isSecret = (key: Jwk): boolean => 'd' in key || 'k' in key;

/** The members that are public in every type of key (RFC 7517, section 4; RFC 7518, section 6). */
const publicMembers = new Set(
  'kid kty alg use key_ops crv x y n e x5u x5c x5t x5t#S256'.split(' '),
);

function publicOf(key: Jwk): object {
  return Object.fromEntries(Object.entries(key).filter(([name]) => publicMembers.has(name)));
}
