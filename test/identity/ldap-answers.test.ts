/** The backend `ldap` in front of servers that answer as Active Directory does, or badly. */
import { createServer, type AddressInfo } from 'node:net';
import { afterEach, describe, expect, test } from '@jest/globals';
import type { Identity } from '../../src/identity/backend.ts';
import { ldapBackend } from '../../src/identity/ldap.ts';
import {
  entryOf,
  referenceOf,
  resultOf,
  startLdapAnswerer,
  type LdapQuestion,
} from '../support/ldap-answerer.ts';
import { faultOnOpening, openBackend } from '../support/open-backend.ts';
import { origin } from '../support/origin.ts';
import { until } from '../support/until.ts';

const secret = 'a password that nobody may read';
const service = { dn: 'cn=portico,dc=example,dc=org', password: 'the password of the account' };
const max = { dn: 'cn=Max,dc=example,dc=org', mail: 'max@example.org' };
const guid = '00112233-4455-6677-8899-aabbccddeeff';
const attributes: Record<string, (string | Buffer)[]> = {
  objectGUID: [Buffer.from('33221100554477668899aabbccddeeff', 'hex')],
  mail: [max.mail],
  sAMAccountName: ['max'],
  pwdLastSet: ['133000000000000000'],
  userAccountControl: ['512'],
};

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close();
});

async function open(url: string, env: Record<string, string> = {}) {
  const opened = await openBackend('ldap', {
    LDAP_URL: url,
    LDAP_BIND_DN: service.dn,
    LDAP_BIND_PASSWORD: service.password,
    LDAP_BASE_DN: 'dc=example,dc=org',
    LDAP_FILTER: '(|(mail={login})(sAMAccountName={login}))',
    LDAP_SUBJECT: 'objectGUID',
    ...env,
  });
  closing.push(() => opened.identity.close());
  return opened;
}

type Respond = Parameters<typeof startLdapAnswerer>[0];

/** As a directory that knows Max and our account; `other` answers first, where it says anything. */
const directory =
  (other: Respond = () => undefined, given = attributes): Respond =>
  (question) => {
    const answer = other(question);
    if (answer) return answer;
    if (question.kind === 'search') {
      return Buffer.concat([entryOf(question, max.dn, given), resultOf(question, 0)]);
    }
    return question.kind === 'bind' ? resultOf(question, 0) : undefined;
  };

async function start(respond: Respond, env: Record<string, string> = {}) {
  const answerer = await startLdapAnswerer(respond);
  closing.push(() => answerer.close());
  return { answerer, ...(await open(answerer.url, env)) };
}

const verify = (identity: Identity) => identity.verify(max.mail, secret, origin);
const isOf = (question: LdapQuestion, dn: string) => question.kind === 'bind' && question.dn === dn;

const saidBy = (error: unknown): string =>
  error instanceof Error ? `${error.stack} ${JSON.stringify(error)} ${saidBy(error.cause)}` : '';

/** @returns what it says */
async function expectDown(asked: Promise<unknown>): Promise<string> {
  const error = await asked.then(String, (thrown: unknown) => thrown);
  expect(error).toMatchObject({ name: 'IdentityError', kind: 'down' });
  for (const hidden of [secret, service.password, max.mail]) {
    expect(saidBy(error)).not.toContain(hidden);
  }
  return String(error);
}

describe('Active Directory', () => {
  test('has people by objectGUID, as Windows writes it', async () => {
    const { identity } = await start(directory());
    const proven = await verify(identity);
    expect(proven).toMatchObject({ user: { subject: guid, email: max.mail, username: 'max' } });
    expect({ user: await identity.find(guid) }).toEqual(proven);
    for (const other of [guid.toUpperCase(), guid.replaceAll('-', ''), 'max', '']) {
      expect(await identity.find(other)).toBeUndefined();
    }
  });

  test.each([
    ['525', 'wrong'],
    ['52e', 'wrong'],
    ['52f', 'wrong'],
    ['530', 'disabled'],
    ['531', 'disabled'],
    ['532', 'password_expired'],
    ['533', 'disabled'],
    ['701', 'disabled'],
    ['773', 'password_expired'],
    ['775', 'locked'],
  ])('means by "data %s" that it is %s', async (code, refused) => {
    const text = `80090308: LdapErr: DSID-0C09042A, comment: AcceptSecurityContext error, data ${code}, v3839\0`;
    const { identity } = await start(
      directory((question) => (isOf(question, max.dn) ? resultOf(question, 49, text) : undefined)),
    );
    expect(await verify(identity)).toEqual({ refused });
  });

  const year = 31_536_000_000;
  const fileTime = (ms: number) => `${BigInt(ms + 11_644_473_600_000) * 10_000n}`;
  test.each([
    ['is disabled', { userAccountControl: ['514'] }, true],
    ['may not have expired', { accountExpires: [fileTime(Date.now() + year)] }, undefined],
    ['has expired', { accountExpires: [fileTime(Date.now() - year)] }, true],
    ['never expires', { accountExpires: ['9223372036854775807'] }, undefined],
    ['never expires, said in another way', { accountExpires: ['0'] }, undefined],
    ['is locked for a while', { lockoutTime: [fileTime(Date.now())] }, undefined],
  ])('has an account that %s', async (_what, more, disabled) => {
    const { identity } = await start(directory(undefined, { ...attributes, ...more }));
    expect((await identity.find(guid))?.disabled).toBe(disabled);
    const verified = await verify(identity);
    expect(verified).toMatchObject(disabled ? { refused: 'disabled' } : { user: {} });
  });

  test('says by pwdLastSet that the password has changed, whatever else did', async () => {
    let given = attributes;
    const { identity } = await start((question) => directory(undefined, given)(question));
    const credential = async () => (await identity.find(guid))?.credential;
    const first = await credential();
    given = { ...attributes, modifyTimestamp: ['20260101000000.0Z'] };
    expect(await credential()).toBe(first);
    given = { ...given, pwdLastSet: ['133000000000000001'] };
    expect(await credential()).not.toBe(first);
  });

  test('may take letters with and without accents for the same: that is another login for us', async () => {
    const { identity } = await start(directory());
    for (const login of ['mäx', 'máx', 'max ', 'ＭＡＸ']) {
      const isSame = /^(max|ｍａｘ)$/i.test(login.trim());
      const expected = isSame ? { user: { subject: guid } } : { refused: 'wrong' };
      expect(await identity.verify(login, secret, origin)).toMatchObject(expected);
    }
  });

  test('may refer to other directories, which are not asked', async () => {
    let asked = 0;
    const other = await startLdapAnswerer(() => void (asked += 1));
    closing.push(() => other.close());
    const { identity } = await start(
      directory((question) =>
        question.kind === 'search'
          ? Buffer.concat([
              entryOf(question, max.dn, attributes),
              referenceOf(question, `${other.url}/dc=other`),
              resultOf(question, 0),
            ])
          : undefined,
      ),
    );
    expect(await verify(identity)).toMatchObject({ user: { subject: guid } });
    expect(asked).toBe(0);
  });
});

describe('an answer to a password', () => {
  test.each([
    [49, 'wrong'],
    [48, 'wrong'],
    [32, 'wrong'],
  ])('of %i is %s', async (code, refused) => {
    const { identity } = await start(
      directory((question) => (isOf(question, max.dn) ? resultOf(question, code) : undefined)),
    );
    expect(await verify(identity)).toEqual({ refused });
  });

  test.each([
    [19, 'Exceed password retry limit. Contact system administrator to reset.'],
    [53, 'Account inactivated. Contact system administrator.'],
    [53, 'NDS error: log account expired (-220)'],
  ])('of %i with "%s" is of a locked account', async (code, text) => {
    const { identity } = await start(
      directory((question) =>
        isOf(question, max.dn) ? resultOf(question, code, text) : undefined,
      ),
    );
    expect(await verify(identity)).toEqual({ refused: 'locked' });
  });

  test.each([1, 2, 3, 7, 8, 10, 11, 13, 14, 19, 34, 50, 51, 52, 53, 54, 80, 118, 4096])(
    'of %i is a fault, and never a wrong password',
    async (code) => {
      const text = `${secret} ${max.mail}`;
      const { identity, answerer } = await start(
        directory((question) =>
          isOf(question, max.dn) ? resultOf(question, code, text) : undefined,
        ),
      );
      expect(await expectDown(verify(identity))).toContain(`result ${code}`);
      expect(answerer.questions.filter((question) => isOf(question, max.dn))).toHaveLength(1);
    },
  );

  test.each([1, 3, 10, 11, 32, 49, 50, 51, 52, 53, 80])(
    'cannot be had where a search gets %i',
    async (code) => {
      let isReady = true;
      const { identity } = await start(
        directory((question) =>
          question.kind === 'search' && !isReady ? resultOf(question, code) : undefined,
        ),
      );
      isReady = false;
      await expectDown(verify(identity));
      await expectDown(identity.find(guid));
      expect(await identity.ready()).toBe(false);
    },
  );

  test('is not asked for an empty password, or one or a login that nobody has', async () => {
    const { identity, answerer } = await start(directory());
    const before = answerer.questions.length;
    for (const password of ['', '\0', 'a\0', '\0a']) {
      expect(await identity.verify(max.mail, password, origin)).toEqual({ refused: 'wrong' });
    }
    for (const login of ['', ' \u200B', 'a\0b', '\uD800', 'x'.repeat(321)]) {
      expect(await identity.verify(login, secret, origin)).toEqual({ refused: 'wrong' });
    }
    expect(answerer.questions).toHaveLength(before);
  });

  test('is asked for in one spelling, once, on a connection that asks nothing else', async () => {
    const { identity, answerer } = await start(
      directory((question) => (isOf(question, max.dn) ? resultOf(question, 49) : undefined)),
    );
    await identity.verify(max.mail, 'a\u00A0e\u0301', origin);
    const tried = answerer.questions.filter((question) => isOf(question, max.dn));
    expect(tried.map(({ password }) => password)).toEqual(['a é']);
    const there = answerer.questions.filter(({ socket }) => socket === tried[0]!.socket);
    expect(there.map(({ kind }) => kind).slice(0, 1)).toEqual(['bind']);
    expect(there.some(({ kind }) => kind === 'search')).toBe(false);
  });

  test('for an unknown login is asked for too, of a name that nobody has', async () => {
    const { identity, answerer } = await start(
      directory((question) => {
        if (question.kind === 'search') return resultOf(question, 0);
        return isOf(question, service.dn) ? undefined : resultOf(question, 0);
      }),
    );
    expect(await identity.verify('nobody', secret, origin)).toEqual({ refused: 'wrong' });
    const [tried] = answerer.questions.filter(({ password }) => password === secret);
    expect(tried?.dn).toBe('cn=portico-nobody,dc=example,dc=org');
  });
  test('takes as long for an unknown login as for a wrong password, if the directory does not', async () => {
    const slowMs = 200;
    const { identity } = await start(
      directory((question) => {
        if (question.kind === 'search') {
          const isMax = question.filter.includes(max.mail);
          const found = isMax ? [entryOf(question, max.dn, attributes)] : [];
          return Buffer.concat([...found, resultOf(question, 0)]);
        }
        if (question.password !== secret) return undefined;
        if (!isOf(question, max.dn)) return resultOf(question, 49);
        setTimeout(() => question.socket.write(resultOf(question, 49)), slowMs);
        return Buffer.alloc(0);
      }),
    );
    expect(await verify(identity)).toEqual({ refused: 'wrong' });
    const begun = performance.now();
    expect(await identity.verify('nobody', secret, origin)).toEqual({ refused: 'wrong' });
    expect(performance.now() - begun).toBeGreaterThan(slowMs * 0.9);
  });

  test('of an entry without the subject is a fault, which names the attribute', async () => {
    const { objectGUID: _, ...others } = attributes;
    for (const given of [
      others,
      { ...others, objectGUID: [] },
      { ...others, objectGUID: ['text'] },
      { ...others, objectGUID: [Buffer.alloc(16, 255), Buffer.alloc(16, 254)] },
    ]) {
      const { identity } = await start(directory(undefined, given));
      expect(await expectDown(verify(identity))).toContain('objectGUID');
    }
  });
});

function hangUp({ socket }: LdapQuestion): Buffer {
  socket.destroy();
  return Buffer.alloc(0);
}

describe('a server that does not answer well', () => {
  const broken: [what: string, respond: (question: LdapQuestion) => Buffer | undefined][] = [
    ['says nothing', () => Buffer.alloc(0)],
    ['hangs up', hangUp],
    ['answers with a page', () => Buffer.from('HTTP/1.1 400 Bad Request\r\n\r\n')],
    ['answers with zeros', () => Buffer.alloc(1000)],
    ['answers the beginning', (question) => resultOf(question, 0).subarray(0, 3)],
    ['promises a gigabyte', () => Buffer.from('3084400000000201026407', 'hex')],
    [
      'answers another question',
      (question) => resultOf({ ...question, id: question.id + 70_000 }, 0),
    ],
    ['answers something else', (question) => resultOf({ ...question, kind: 'extended' }, 0)],
    [
      'answers in thousands of pieces',
      (question) => Buffer.concat(Array.from({ length: 7_000 }, () => referenceOf(question, ''))),
    ],
    [
      'answers with two megabytes',
      (question) =>
        Buffer.concat([
          entryOf(question, max.dn, { ...attributes, jpegPhoto: [Buffer.alloc(2_000_000, 255)] }),
          resultOf(question, 0),
        ]),
    ],
  ];

  test.each(broken)('is down when it %s', async (_what, respond) => {
    let isBroken = false;
    const { identity } = await start(
      directory((question) => (isBroken ? respond(question) : undefined)),
      { LDAP_TIMEOUT_MS: '300' },
    );
    isBroken = true;
    const asked = [verify(identity), identity.find(guid)].map(expectDown);
    const isReady = identity.ready();
    await Promise.all(asked);
    expect(await isReady).toBe(false);
    isBroken = false;
    expect(await verify(identity)).toMatchObject({ user: { subject: guid } });
  });

  test.each(broken.slice(0, 7))(
    'is down when it %s to a password alone',
    async (_what, respond) => {
      const { identity } = await start(
        directory((question) => (isOf(question, max.dn) ? respond(question) : undefined)),
        { LDAP_TIMEOUT_MS: '300' },
      );
      await expectDown(verify(identity));
      expect(await identity.find(guid)).toMatchObject({ subject: guid });
    },
  );

  test('is down when it accepts connections and never says a word', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    closing.push(async () => server.close());
    await until(() => server.listening);
    const url = `ldap://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const { identity, answerer } = await start(directory(), { LDAP_TIMEOUT_MS: '300' });
    const both = await open(`${url} ${answerer.url}`, { LDAP_TIMEOUT_MS: '300' });
    expect(await verify(both.identity)).toMatchObject({ user: { subject: guid } });
    expect(await verify(identity)).toMatchObject({ user: { subject: guid } });
  });

  test('may close connections that nobody uses', async () => {
    const { identity, answerer } = await start(directory());
    for (let round = 0; round < 3; round += 1) {
      expect(await identity.find(guid)).toMatchObject({ subject: guid });
      for (const { socket } of answerer.questions) socket.destroy();
    }
    expect(await verify(identity)).toMatchObject({ user: { subject: guid } });
  });
});

describe('a server that is asked for TLS', () => {
  const refusals: [what: string, respond: Respond][] = [
    ['has none', (question) => resultOf(question, 2)],
    ['refuses it', (question) => resultOf(question, 52)],
    ['says nothing', () => undefined],
    ['hangs up', hangUp],
    [
      'goes on without it',
      (question) => Buffer.concat([resultOf(question, 0), resultOf(question, 0)]),
    ],
    ['says yes, and then nothing', (question) => resultOf(question, 0)],
    [
      'says yes, and hangs up',
      (question) => {
        question.socket.end(resultOf(question, 0));
        return Buffer.alloc(0);
      },
    ],
    [
      'says yes, and resets the connection',
      (question) => {
        question.socket.write(resultOf(question, 0), () => question.socket.resetAndDestroy());
        return Buffer.alloc(0);
      },
    ],
  ];

  test.each(refusals)('and %s gets no password', async (_what, respond) => {
    const answerer = await startLdapAnswerer(
      directory((question) => (question.kind === 'extended' ? respond(question) : undefined)),
    );
    closing.push(() => answerer.close());
    const fault = await faultOnOpening(ldapBackend, {
      LDAP_URL: answerer.url,
      LDAP_START_TLS: 'on',
      LDAP_BIND_DN: service.dn,
      LDAP_BIND_PASSWORD: service.password,
      LDAP_BASE_DN: 'dc=example,dc=org',
      LDAP_TIMEOUT_MS: '300',
    });
    expect(fault).toMatchObject({ name: 'IdentityError', kind: 'down' });
    expect(answerer.questions.filter(({ kind }) => kind === 'bind')).toEqual([]);
  });
});

describe('several servers', () => {
  test('are asked in order; one that is away is asked last for a while', async () => {
    const first = await startLdapAnswerer(directory());
    const second = await startLdapAnswerer(directory());
    closing.push(() => second.close());
    const { identity, lines } = await open(`${first.url} ${second.url}`);
    await verify(identity);
    expect(second.questions).toEqual([]);
    await first.close();
    expect(await verify(identity)).toMatchObject({ user: { subject: guid } });
    expect(await identity.find(guid)).toMatchObject({ subject: guid });
    expect(lines).toMatchObject([{ details: { server: first.url } }]);
    const again = await startLdapAnswerer(directory(), Number(new URL(first.url).port));
    closing.push(() => again.close());
    await verify(identity);
    expect(again.questions).toEqual([]);
    await second.close();
    expect(await verify(identity)).toMatchObject({ user: { subject: guid } });
  });

  test.each([51, 52, 53])('are asked on when one answers %i to a password', async (code) => {
    const first = await startLdapAnswerer(
      directory((question) => (isOf(question, max.dn) ? resultOf(question, code) : undefined)),
    );
    const second = await startLdapAnswerer(directory());
    closing.push(
      () => first.close(),
      () => second.close(),
    );
    const { identity } = await open(`${first.url} ${second.url}`);
    expect(await verify(identity)).toMatchObject({ user: { subject: guid } });
  });
});

describe('our own account', () => {
  test('is not tried again at once where it is refused', async () => {
    let isRefused = false;
    const { identity, answerer } = await start(
      directory((question) =>
        isRefused && isOf(question, service.dn) ? resultOf(question, 49) : undefined,
      ),
    );
    isRefused = true;
    for (const { socket } of answerer.questions) socket.destroy();
    const before = answerer.questions.length;
    for (let tries = 0; tries < 5; tries += 1) {
      expect(await expectDown(verify(identity))).toContain('LDAP_BIND_DN');
    }
    const binds = answerer.questions.slice(before).filter(({ kind }) => kind === 'bind');
    expect(binds).toHaveLength(1);
  });
});
