/** The settings of OpenID providers, and the people that their claims describe. */
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import { loadConfig } from '../../src/config.ts';
import { personOf, subjectOf } from '../../src/identity/openid-person.ts';
import { providerFaults, readProviders } from '../../src/identity/openid-providers.ts';

const folder = mkdtempSync(join(tmpdir(), 'openid-'));
afterAll(() => rmSync(folder, { recursive: true }));

const secret = 'a secret that nobody may read';
const entry = {
  id: 'work',
  name: 'Work',
  issuer: 'https://login.work.example',
  client_id: 'portico',
  client_secret: secret,
};
const faultsOf = (...entries: unknown[]) => providerFaults(JSON.stringify(entries));

describe('OPENID_PROVIDERS', () => {
  test('needs five members, and has defaults for the others', () => {
    expect(readProviders(JSON.stringify([entry]))).toEqual([
      {
        id: 'work',
        name: 'Work',
        issuer: 'https://login.work.example',
        clientId: 'portico',
        clientAuth: 'client_secret_basic',
        clientSecret: secret,
        clientSecretFile: undefined,
        scope: 'openid profile email',
        claims: {},
        icon: undefined,
        signsOut: false,
      },
    ]);
  });

  test.each([
    ['no JSON', `[{"client_secret": "${secret}"`],
    ['no list', '{}'],
    ['an empty list', '[]'],
  ])('is refused when it is %s', (_what, json) => {
    expect(providerFaults(json)).toEqual([expect.stringMatching(/^must be a JSON list of/)]);
    expect(readProviders(json)).toBeUndefined();
  });

  const empty = join(folder, 'empty');
  writeFileSync(empty, '\n');
  test.each<[what: string, change: Record<string, unknown>, fault: string]>([
    ['an id with capitals', { id: 'Work' }, '"id" must be up to 40 of a-z, 0-9 and -'],
    ['an id with a slash', { id: 'a/b' }, '"id" must be'],
    ['an empty name', { name: '' }, '"name" must be up to 60 characters'],
    ['a plain http issuer', { issuer: 'http://work.example' }, '"issuer" must be an https address'],
    ['an issuer with a query', { issuer: 'https://work.example/?a=b' }, '"issuer" must be'],
    ['an issuer that is no address', { issuer: 'work.example' }, '"issuer" must be'],
    ['a number for an id', { client_id: 7 }, '"client_id" must be text in one line'],
    ['no secret', { client_secret: undefined }, '"client_secret" or "client_secret_file"'],
    ['two secrets', { client_secret_file: '/etc/hostname' }, 'one of both'],
    ['an empty file', { client_secret: undefined, client_secret_file: empty }, 'is not empty'],
    ['a scope without openid', { scope: 'profile' }, '"scope" must be scopes'],
    ['claims in a list', { claims: ['email'] }, '"claims" must be an object'],
    ['a claim for the subject', { claims: { email: 'subject' } }, '"claims" must be an object'],
    ['a claim that is no name', { claims: { email: 7 } }, '"claims" must be an object'],
    ['an icon from elsewhere', { icon: 'https://work.example/i.png' }, '"icon" must be the path'],
    ['text for a flag', { sign_out: 'yes' }, '"sign_out" must be true or false'],
    ['an unknown member', { secret: 'x' }, '"secret" is not a known member'],
    ['an odd way to prove', { token_endpoint_auth_method: 'jwt' }, 'must be one of'],
  ])('says what is wrong with %s', (_what, change, fault) => {
    const faults = faultsOf(JSON.parse(JSON.stringify({ ...entry, ...change })));
    expect(faults).toEqual([expect.stringContaining(fault)]);
    expect(faults[0]).toMatch(/^is wrong in provider 1: .*\.$/);
    expect(faults[0]).not.toContain(secret);
  });

  test('tells all faults of all providers, and ids that two of them have', () => {
    const faults = faultsOf({ ...entry, issuer: 'x' }, { ...entry, name: 7, scope: 'x' }, 'none');
    expect(faults).toEqual([
      expect.stringContaining('provider 1: "issuer"'),
      expect.stringContaining('provider 2: "name"'),
      expect.stringContaining('provider 2: "scope"'),
      'is wrong in provider 3: it must be an object.',
      'has an "id" more than once.',
    ]);
  });

  test('is listed with the faults of other settings, also from a file, without its value', () => {
    const file = join(folder, 'providers.json');
    writeFileSync(file, JSON.stringify([{ ...entry, id: 'Ä', name: 7 }]));
    chmodSync(file, 0o600);
    const env = { IDENTITY: 'openid', OPENID_PROVIDERS_FILE: file, PORT: 'x' };
    let message = '';
    try {
      loadConfig(env);
    } catch (error) {
      message = String(error);
    }
    expect(message).toContain('PORT is "x"');
    expect(message).toContain('OPENID_PROVIDERS is wrong in provider 1: "id" must be');
    expect(message).toContain('OPENID_PROVIDERS is wrong in provider 1: "name" must be');
    expect(message).not.toContain(secret);
  });
});

describe('a person', () => {
  const iss = 'https://login.work.example';
  const sub = '248289761001';
  const dropped: string[] = [];
  const read = (claims: object, map: Record<string, string> = {}) => {
    dropped.length = 0;
    return personOf({ iss, sub, ...claims }, { claims: map }, (name) => dropped.push(name));
  };

  test('has a subject of issuer and subject alone, which never changes', () => {
    const subject = 'openid-IKBfrMSDM8qAjtfIbgl-roTAsZ56QaNrMI3619y9BBs';
    expect(subjectOf(iss, sub)).toBe(subject);
    expect(read({ email: 'a@work.example' }).subject).toBe(subject);
    expect(read({ email: 'b@work.example' }).subject).toBe(subject);
    expect(subjectOf(`${iss}/`, sub)).not.toBe(subject);
    expect(subjectOf('a', '"b')).not.toBe(subjectOf('a"', 'b'));
  });

  test('has the standard claims, and nothing that the token says of itself', () => {
    const claims = { name: 'Sam', email: 'sam@work.example', email_verified: true, locale: 'de' };
    const token = { aud: 'portico', exp: 1, nonce: 'n', acr: '1', sid: 's', groups: ['a'] };
    expect(read({ ...claims, ...token })).toEqual({ subject: subjectOf(iss, sub), ...claims });
  });

  test('has an address that is confirmed only as far as the provider vouches for it', () => {
    const email = 'sam@work.example';
    expect(read({ email }).email_verified).toBeUndefined();
    expect(read({ email, email_verified: false }).email_verified).toBe(false);
    expect(read({ email, email_verified: 'true' }).email_verified).toBe(true);
    expect(read({ email, email_verified: 'yes' }).email_verified).toBeUndefined();
    // It vouches for its own claim, not for the one that is taken in its place.
    const other = read(
      { mail: email, email: 'x@y.example', email_verified: true },
      { mail: 'email' },
    );
    expect(other).toEqual({ subject: other.subject, email });
    const both = { mail: 'email', mail_ok: 'email_verified' };
    expect(read({ mail: email, mail_ok: true }, both).email_verified).toBe(true);
  });

  test('has the claims that the map names, those of a house too', () => {
    const map = { upn: 'username', groups: 'groups', 'https://work.example/dep': 'department' };
    const claims = { upn: 'sam', groups: ['a', 'b'], 'https://work.example/dep': 'choir' };
    const user = read(claims, map);
    expect(user).toMatchObject({
      username: 'sam',
      claims: { groups: ['a', 'b'], department: 'choir' },
    });
  });

  test('lacks what is of a wrong type or too long, and the log can say what', () => {
    const user = read({
      email: 'no address',
      name: 7,
      nickname: 'x'.repeat(5_000),
      address: ['a'],
      gender: '',
      zoneinfo: null,
      updated_at: JSON.parse('1e999') as number,
    });
    expect(user).toEqual({ subject: user.subject });
    expect(dropped.toSorted()).toEqual(['address', 'email', 'name', 'nickname', 'updated_at']);
  });
});
