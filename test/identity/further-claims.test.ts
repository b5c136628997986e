import { expect, test } from '@jest/globals';
import { furtherClaims } from '../../src/identity/further-claims.ts';

function read(given: Record<string, unknown>) {
  const dropped: string[] = [];
  return { claims: furtherClaims(given, (name) => void dropped.push(name)), dropped };
}

test('claims beside the standard ones are kept as they are', () => {
  const claims = {
    groups: ['choir', 'board'],
    department: 'Research',
    level: 3,
    staff: false,
    'https://example.org/desk': { floor: 2, rooms: [{ name: 'A' }, null] },
    constructor: 'a name like any other',
  };
  expect(read(claims)).toEqual({ claims, dropped: [] });
});

test('a person without any has none, and null is the same as missing', () => {
  expect(read({})).toEqual({ claims: undefined, dropped: [] });
  expect(read({ groups: null, team: undefined })).toEqual({ claims: undefined, dropped: [] });
});

const reserved =
  'iss sub aud exp nbf iat jti auth_time nonce acr amr azp at_hash c_hash s_hash sid scope scp ' +
  'client_id ext active cnf act may_act events token_type rat password password_hash credential ' +
  'subject disabled demo claims email name username address';
const odd = ['', ' ', ' groups', 'a\nb', 'a\u200Bb', 'x'.repeat(101)];

test.each([...reserved.split(' '), ...odd])('%j cannot be one', (name) => {
  const { claims, dropped } = read({ [name]: 'x', team: 'y' });
  expect(claims).toEqual({ team: 'y' });
  expect(dropped).toEqual([name]);
});

test('a member that would change the prototype is none', () => {
  const { claims, dropped } = read(JSON.parse('{"__proto__": {"disabled": false}, "team": "y"}'));
  expect(Object.keys(claims!)).toEqual(['team']);
  expect(dropped).toEqual(['__proto__']);
});

const nested = (depth: number): unknown => (depth === 0 ? 1 : [nested(depth - 1)]);

test.each([
  ['a date', new Date(0)],
  ['a big integer', 1n],
  ['bytes', Buffer.from('x')],
  ['a function', () => 1],
  ['not a number', Number.NaN],
  ['a hole in a list', [undefined]],
  ['a long text', 'x'.repeat(4096)],
  ['a long list', Array.from({ length: 1000 }, () => 'choir')],
  ['a deep list', nested(100_000 / 20)],
])('%s cannot be the value of one', (_what, value) => {
  expect(read({ team: value })).toEqual({ claims: undefined, dropped: ['team'] });
});

test('all of them together have 4096 characters at most, and what does not fit is left out whole', () => {
  const team = 'x'.repeat(4096 - '{"team":""}'.length);
  expect(read({ team }).dropped).toEqual([]);
  expect(read({ team: `${team}x` }).dropped).toEqual(['team']);
  const groups = Array.from({ length: 300 }, () => 'choir');
  const { claims, dropped } = read({ first: groups, second: groups, third: 1 });
  expect(dropped).toEqual(['second']);
  expect(claims).toEqual({ first: groups, third: 1 });
});
