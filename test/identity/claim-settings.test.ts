import { describe, expect, test } from '@jest/globals';
import { readSettings } from '@portico/settings';
import { claimSettings } from '../../src/identity/claim-settings.ts';

const read = (env: Record<string, string>) => readSettings(claimSettings, env).values;
const scopes = (SCOPE_CLAIMS: string) => read({ SCOPE_CLAIMS }).SCOPE_CLAIMS!;
const names = (ACCESS_TOKEN_CLAIMS: string) => read({ ACCESS_TOKEN_CLAIMS }).ACCESS_TOKEN_CLAIMS;

describe('SCOPE_CLAIMS', () => {
  test('names claims by their scopes, known or not', () => {
    const given = '{"groups": ["groups"], "email": ["level", "https://a.example/b"], "x:y": []}';
    expect([...scopes(given)]).toEqual([
      ['groups', ['groups']],
      ['email', ['level', 'https://a.example/b']],
      ['x:y', []],
    ]);
    expect(scopes('{}').size).toBe(0);
    expect(scopes('{"__proto__": ["level"]}').get('__proto__')).toEqual(['level']);
  });

  test.each([
    ['{"groups": ["groups"', 'is no JSON from line 1, column 21 on'],
    ['{\n "groups": [groups]}', 'is no JSON from line 2, column 13 on'],
    ['["groups"]', 'must be a JSON object of scopes'],
    ['null', 'must be a JSON object of scopes'],
    ['{"groups": "groups"}', 'has no list of claims (scope "groups")'],
    ['{"groups": [1]}', 'has the claim 1, which is no name (scope "groups")'],
    ['{"a": [""]}', 'has the claim "", which is no name (scope "a")'],
    ['{"a": ["sub"]}', 'has the claim "sub", which no setting can give (scope "a")'],
    ['{"a": ["x", "acr"]}', 'has the claim "acr", which no setting can give'],
    ['{"a": ["password_hash"]}', 'has the claim "password_hash", which no setting can give'],
    ['{"a": ["credential"]}', 'has the claim "credential", which no setting can give'],
    ['{"a": ["__proto__"]}', 'has the claim "__proto__", which no setting can give'],
    ['{"two scopes": ["x"]}', 'has the scope "two scopes", which cannot be one'],
    ['{"": ["x"]}', 'has the scope "", which cannot be one'],
  ])('is at fault as %s, and says where', (given, fault) => {
    expect(() => scopes(given)).toThrow(`- SCOPE_CLAIMS ${fault}`);
  });

  test('lists all its faults', () => {
    const read = () => scopes('{"a": ["sub", "x", "exp"], "b c": 1}');
    expect(read).toThrow(/"sub"[^]*"exp"[^]*"b c"[^]*no list/);
  });
});

describe('ACCESS_TOKEN_CLAIMS', () => {
  test.each(['groups email', ' groups\n email ', 'groups, email,', '["groups", "email"]'])(
    'names them: %j',
    (given) => {
      expect(names(given)).toEqual(['groups', 'email']);
    },
  );

  test.each([
    ['["groups", ', 'is no JSON from line 1, column 11 on'],
    ['{"groups": 1}', 'has no list of claims'],
    ['"groups"', 'has no list of claims'],
    ['groups exp', 'has the claim "exp", which no setting can give'],
    ['["disabled"]', 'has the claim "disabled", which no setting can give'],
  ])('is at fault as %s', (given, fault) => {
    expect(() => names(given)).toThrow(`- ACCESS_TOKEN_CLAIMS ${fault}.`);
  });
});
