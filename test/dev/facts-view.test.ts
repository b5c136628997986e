/** What the sample app says of claims that the demo people do not have. */
import { expect, test } from '@jest/globals';
import { factsView } from '../../dev/sample-client/facts-view.ts';

/** Label, value and claims of each row. */
function rowsOf(claims: Record<string, unknown>): string[][] {
  const { markup } = factsView(claims);
  return [...markup.matchAll(/<dt>(.*?)<\/dt>\s*<dd>(.*?)<\/dd>\s*<dd><code>(.*?)<\/code>/gs)].map(
    ([, ...parts]) => parts,
  );
}

test.each<[claims: Record<string, unknown>, rows: string[][]]>([
  [{}, []],
  [{ iss: 'x', aud: ['y'], nonce: 'z', sid: 's', at_hash: 'h' }, []],
  [{ sub: 'short' }, [['You, to this app', 'short', 'sub']]],
  [
    { name: 'Ada', given_name: 'Ada', family_name: 'Byron' },
    [
      ['Name', 'Ada', 'name'],
      ['Family name', 'Byron', 'family_name'],
    ],
  ],
  [{ birthdate: '0000-12-10' }, [['Born', '10 December', 'birthdate']]],
  [{ birthdate: '1815' }, [['Born', '1815', 'birthdate']]],
  [{ birthdate: 'long ago' }, [['Born', 'long ago', 'birthdate']]],
  [{ birthdate: '1815-99-99' }, [['Born', '1815-99-99', 'birthdate']]],
  [{ locale: 'de-AT' }, [['Language', 'Austrian German', 'locale']]],
  [{ locale: 'no language at all' }, [['Language', 'no language at all', 'locale']]],
  [{ zoneinfo: 'Asia/Tokyo' }, [['Place', 'Asia/Tokyo', 'zoneinfo']]],
  [{ email: 'a@b.c' }, [['Email address', 'a@b.c', 'email']]],
  [{ email: 'a@b.c', email_verified: false }, [['Email address', 'a@b.c, not confirmed', 'email']]],
  [
    { address: { locality: 'London', country: 'GB' } },
    [['Postal address', 'London, GB', 'address']],
  ],
  [{ address: {} }, []],
  [{ amr: ['pwd'] }, []],
  [{ groups: ['one', 'two'] }, [['groups', '[&quot;one&quot;,&quot;two&quot;]', 'groups']]],
  [{ nickname: '<b>' }, [['Called', '&lt;b&gt;', 'nickname']]],
  [{ nickname: '', gender: null }, []],
])('%j', (claims, rows) => {
  expect(rowsOf(claims)).toEqual(rows);
});

test('says the day of a time that is not today', () => {
  const [[, value] = []] = rowsOf({ auth_time: 1_000_000_000, amr: ['otp'] });
  expect(value).toMatch(/^at \d\d:\d\d:\d\d on \d{1,2} September 2001, by otp$/);
});
