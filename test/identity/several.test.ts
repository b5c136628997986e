import { afterAll, describe, expect, test } from '@jest/globals';
import type { Arrival, Identity, IdentityLog, Way } from '../../src/identity/backend.ts';
import { createFileIdentity } from '../../src/identity/file.ts';
import { createPasswordChecker } from '../../src/identity/password.ts';
import { joinStores } from '../../src/identity/several.ts';
import { origin } from '../support/origin.ts';
import {
  ada,
  dora,
  foo,
  lena,
  max,
  otto,
  password,
  removeUsersFile,
  writeUsersFile,
} from '../support/people.ts';
import { createStoreSwitch } from '../support/store-switch.ts';
import { describeIdentity } from './contract.ts';
import { describeStoreAway } from './contract-away.ts';
import { describeTime } from './contract-time.ts';

const files: string[] = [];
const open: Identity[] = [];
afterAll(async () => {
  await Promise.all(open.map((identity) => identity.close()));
  await Promise.all(files.map(removeUsersFile));
});

const down = { name: 'IdentityError', kind: 'down' };
const provenMax = { subject: max.subject };
const silent = { info() {}, warn() {}, error() {} };

/** A store of these people, with a switch, that tells which questions it got. */
async function store(entries: object[]) {
  const file = await writeUsersFile(entries);
  files.push(file);
  const passwords = createPasswordChecker();
  const parts = { log: silent, passwords, mayHaveDemoUsers: false, credentialsChanged() {} };
  const identity = await createFileIdentity(file, parts);
  open.push(identity);
  const asked: string[] = [];
  const usual = { ...identity };
  Object.assign(identity, {
    verify: (...given: Parameters<typeof usual.verify>) =>
      asked.push('verify') && usual.verify(...given),
    find: (subject: string) => asked.push('find') && usual.find(subject),
  });
  const power = createStoreSwitch();
  power.over(identity);
  return { ...power, identity, asked };
}

async function join(...people: object[][]) {
  const stores = await Promise.all(people.map(store));
  const lines: [string, object, string][] = [];
  const at = (level: string) => (details: object, message: string) =>
    void lines.push([level, details, message]);
  const log: IdentityLog = { info: at('info'), warn: at('warn'), error: at('error') };
  const named = stores.map(({ identity }, index) => ({ name: `store-${index + 1}`, identity }));
  return { joined: joinStores(named, log), stores, lines };
}

describeIdentity('people in two stores', async () => {
  const { joined } = await join([foo, dora, lena], [ada, max, otto]);
  return joined;
});

describeIdentity('people in the last of three stores', async () => {
  const { joined } = await join([], [], [foo, ada, dora, max, otto, lena]);
  return joined;
});

describeTime('people in two stores', async ([first, ...others]) => {
  const { joined } = await join([first!], others);
  return joined;
});

describe.each([
  { which: 'first', people: [[foo], [max]], index: 0 },
  { which: 'second', people: [[max], [foo]], index: 1 },
])('the $which of two stores', ({ people, index }) => {
  describeStoreAway('a store', async () => {
    const { joined, stores } = await join(...people);
    const it = stores[index]!;
    return { identity: joined, goAway: () => it.goAway(), comeBack: () => it.comeBack() };
  });
});

describe('several stores', () => {
  test('are asked in their order, and no further than to the first that knows the password', async () => {
    const { joined, stores } = await join([foo], [max], [ada]);
    expect(await joined.verify(max.email, password, origin)).toMatchObject({ user: provenMax });
    expect(stores.map(({ asked }) => asked)).toEqual([['verify', 'find'], ['verify'], []]);
  });

  test('take the password of the first of two people with one login, and of the second', async () => {
    const twin = { ...foo, subject: 'twin', email: max.email };
    const { joined } = await join([max], [twin]);
    expect(await joined.verify(max.email, password, origin)).toMatchObject({ user: provenMax });
    const second = await joined.verify(max.email, 'foobar', origin);
    expect(second).toMatchObject({ user: { subject: 'twin' } });
  });

  test('ask all for a login that nobody has as for a password that is wrong', async () => {
    const { joined, stores } = await join([max], [ada]);
    const asked = async (login: string) => {
      for (const one of stores) one.asked.length = 0;
      expect(await joined.verify(login, 'wrong', origin)).toEqual({ refused: 'wrong' });
      return stores.map((one) => [...one.asked]);
    };
    const whole = [['verify'], ['verify']];
    expect(await asked('nobody@example.org')).toEqual(whole);
    expect(await asked(max.email)).toEqual(whole);
    expect(await asked(ada.email)).toEqual(whole);
  });

  test('ask nobody else about somebody who may not sign in', async () => {
    const { joined } = await join([dora], [{ ...dora, subject: 'other', disabled: false }]);
    const refused = { refused: 'disabled' };
    expect(await joined.verify(dora.email, password, origin)).toEqual(refused);
    expect(await joined.find(dora.subject)).toMatchObject({ disabled: true });
  });

  test('give nobody a subject that an earlier one has, and the log names both', async () => {
    const impostor = { ...foo, subject: max.subject };
    const { joined, lines } = await join([max], [impostor]);
    await expect(joined.verify(foo.email, 'foobar', origin)).rejects.toMatchObject(down);
    const about = { subject: max.subject, stores: ['store-1', 'store-2'] };
    expect(lines).toEqual([['error', about, 'two user stores have this subject']]);
    expect(await joined.find(max.subject)).toMatchObject({ email: max.email });
  });

  test('give nobody a subject while an earlier one cannot be asked whether it has it', async () => {
    const { joined, stores } = await join([max], [foo]);
    stores[0]!.goAway('find');
    await expect(joined.verify(foo.email, 'foobar', origin)).rejects.toMatchObject(down);
    await expect(joined.find(foo.subject)).rejects.toMatchObject(down);
    stores[0]!.comeBack();
    expect(await joined.verify(foo.email, 'foobar', origin)).toHaveProperty('user');
  });

  test('still sign in the people of the first while the second is away, and call no password wrong', async () => {
    const { joined, stores } = await join([max], [foo]);
    stores[1]!.goAway();
    expect(await joined.verify(max.email, password, origin)).toMatchObject({ user: provenMax });
    expect(await joined.find(max.subject)).toMatchObject({ email: max.email });
    await expect(joined.verify(max.email, 'wrong', origin)).rejects.toMatchObject(down);
    await expect(joined.find('nobody')).rejects.toMatchObject(down);
    expect(await joined.ready()).toBe(false);
  });

  test('have usernames if one of them has', async () => {
    const having = await join([max], [ada]);
    expect(having.joined.hasUsernames()).toBe(true);
    expect((await join([max], [foo])).joined.hasUsernames()).toBe(false);
  });

  test('are all closed, even if the first cannot be', async () => {
    const closed: string[] = [];
    const stub = (name: string, close: () => Promise<void>) => ({
      name,
      identity: { ...emptyStore, close },
    });
    const joined = joinStores(
      [
        stub('a', () => Promise.reject(new Error('stuck'))),
        stub('b', async () => void closed.push('b')),
      ],
      silent,
    );
    await expect(joined.close()).rejects.toThrow('a user store did not close');
    expect(closed).toEqual(['b']);
  });
});

const emptyStore: Identity = {
  verify: async () => ({ refused: 'wrong' }),
  find: async () => undefined,
  hasUsernames: () => true,
  ready: async () => true,
  close: async () => {},
};

describe('a store whose people sign in at another site', () => {
  const arriving = (subject: string) => ({ user: { subject, email: 'at@example.org' } });
  const way = (id: string, arrival: Arrival): Way => ({
    id,
    name: `At ${id}`,
    begin: async ({ state }) => ({ location: `https://${id}.example/?${state}`, keep: id }),
    finish: async () => arrival,
  });
  const away = (...ways: Way[]): Identity => ({
    ...emptyStore,
    takesPasswords: false,
    ways,
    verify: () => Promise.reject(new Error('it has no passwords')),
  });
  const wish = { callback: 'https://x.example/cb', state: 's', at: 0 };
  const arrive = (identity: Identity, index: number) =>
    identity.ways![index]!.finish(new URL(wish.callback), { wish, keep: '' });

  test('stands beside others: its ways are offered, and it is asked for no password', async () => {
    const { identity } = await store([max]);
    const named = [
      { name: 'openid', identity: away(way('one', arriving('s1')), way('two', arriving('s2'))) },
      { name: 'file', identity },
    ];
    const joined = joinStores(named, silent);
    expect(joined.ways!.map(({ id, name }) => [id, name])).toEqual([
      ['one', 'At one'],
      ['two', 'At two'],
    ]);
    expect(joined.takesPasswords).toBe(true);
    expect(joined.hasUsernames()).toBe(false);
    expect(await joined.verify(max.email, password, origin)).toMatchObject({ user: provenMax });
    expect(await joined.verify(max.email, 'wrong', origin)).toEqual({ refused: 'wrong' });
    expect(await joined.ways![0]!.begin(wish)).toMatchObject({ keep: 'one' });
    expect(await arrive(joined, 1)).toEqual(arriving('s2'));
  });

  test('gives nobody a subject that an earlier store has', async () => {
    const { identity } = await store([max]);
    const refusal = { refused: 'cancelled', detail: 'no' } as const;
    const openid = away(
      way('one', arriving(max.subject)),
      way('two', arriving('s2')),
      way('three', refusal),
    );
    const joined = joinStores(
      [
        { name: 'file', identity },
        { name: 'openid', identity: openid },
      ],
      silent,
    );
    await expect(arrive(joined, 0)).rejects.toMatchObject(down);
    expect(await arrive(joined, 1)).toEqual(arriving('s2'));
    expect(await arrive(joined, 2)).toEqual(refusal);
  });

  test('takes no password where nobody does', () => {
    const named = ['a', 'b'].map((name) => ({ name, identity: away(way(name, arriving(name))) }));
    expect(joinStores(named, silent).takesPasswords).toBe(false);
  });

  test('has no way with the id of another', () => {
    const named = ['a', 'b'].map((name) => ({ name, identity: away(way('x', arriving(name))) }));
    expect(() => joinStores(named, silent)).toThrow('Two ways to sign in have the id "x".');
  });
});
