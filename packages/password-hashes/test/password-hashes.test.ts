import { describe, expect, test } from '@jest/globals';
import { readHash } from '../src/index.ts';
import { aspnetHashes, djangoHashes, otherHashes, springHashes } from './hashes-of-others.ts';

const bytes = (text: string) => Buffer.from(text);
const verify = (hash: string, password: string) => readHash(hash)?.verify(bytes(password));

describe.each([
  ['Django', djangoHashes],
  ['Spring Security', springHashes],
  ['ASP.NET Core Identity', aspnetHashes],
  ['others', otherHashes],
])('a hash of %s', (_maker, hashes) => {
  test.each(hashes)('as %s matches its password alone', async (_what, password, hash) => {
    expect(readHash(hash)?.isAffordable).toBe(true);
    expect(await verify(hash, password)).toBe(true);
    for (const wrong of [`${password}.`, password.slice(1), `${password} `, '']) {
      // oxlint-disable-next-line no-await-in-loop -- each takes a core
      expect(await verify(hash, wrong)).toBe(false);
    }
  });
});

const hashOf = (what: string) =>
  [...djangoHashes, ...springHashes, ...aspnetHashes, ...otherHashes].find(
    ([name]) => name === what,
  )![2];

describe('bcrypt', () => {
  const of72 = '$2b$04$abcdefghijklmnopqrstuubzadhGtS2zEF.gu0yd0opP6cVzb.e0i';

  test('does not look behind the 72nd byte, as where the hash was made', async () => {
    expect(await verify(of72, 'x'.repeat(72))).toBe(true);
    expect(await verify(of72, `${'x'.repeat(72)}y`)).toBe(true);
    expect(await verify(of72, 'x'.repeat(71))).toBe(false);
  });

  test('of the SHA-256 of Django looks at all bytes', async () => {
    const hash = hashOf('bcrypt_sha256 of 100 characters');
    const [, long] = djangoHashes.find(([what]) => what === 'bcrypt_sha256 of 100 characters')!;
    expect(await verify(hash, long)).toBe(true);
    expect(await verify(hash, long.slice(0, 72))).toBe(false);
  });

  test('is not fooled by a byte 0, behind which the password begins anew', async () => {
    expect(await verify(hashOf('bcrypt 2b'), 'lètmein\0lètmein')).toBe(false);
    expect(await verify(hashOf('bcrypt 2b'), 'lètmein\0')).toBe(false);
  });
});

test.each(['PBKDF2 of passlib, SHA-256', 'scrypt of passlib', 'ASP.NET 3, SHA-512'])(
  'a byte 0 at the end is not taken for nothing by %s',
  async (what) => {
    const [, password, hash] = [...aspnetHashes, ...otherHashes].find(([name]) => name === what)!;
    expect(await verify(hash, password)).toBe(true);
    expect(await verify(hash, `${password}\0`)).toBe(false);
  },
);

const saltAndKey = 'LmWMEcI4B2AMgXCOEUKIMQ$KHjTcI5ja.BdyCsSSaXgRRCFB9YghI63m1lz.USr3P8';

describe('what is no hash that can be checked', () => {
  test.each([
    ['nothing', ''],
    ['a password', 'secret'],
    ['a password in base64', 'QUFBQUFBQUE='],
    ['argon2d', '$argon2d$v=19$m=64,t=2,p=2$WuEa/ey04CcSVm8vEAvSAA$VZXPFf6GB+AMnQKmMaufnw'],
    ['argon2 with a short salt', '$argon2id$v=19$m=64,t=2,p=1$c29t$VZXPFf6GB+AMnQKmMaufnw'],
    ['argon2 with too little memory', hashOf('argon2id of PHP').replace('m=64', 'm=7')],
    ['argon2 of a name alone', '$argon2id$'],
    ['bcrypt of the broken version', hashOf('bcrypt 2b').replace('$2b$', '$2x$')],
    ['bcrypt of the first version', hashOf('bcrypt 2b').replace('$2b$', '$2$')],
    ['half a bcrypt', hashOf('bcrypt 2b').slice(0, -1)],
    ['a bcrypt and more', `${hashOf('bcrypt 2b')}a`],
    ['a bcrypt and a line', `${hashOf('bcrypt 2b')}\n`],
    ['bcrypt with a cost of 3', hashOf('bcrypt 2b').replace('$04$', '$03$')],
    ['bcrypt with a cost of 32', hashOf('bcrypt 2b').replace('$04$', '$32$')],
    ['PBKDF2 without iterations', `$pbkdf2-sha256$0$${saltAndKey}`],
    ['PBKDF2 with half an iteration', `$pbkdf2-sha256$0.5$${saltAndKey}`],
    ['PBKDF2 with fewer than none', `$pbkdf2-sha256$-5$${saltAndKey}`],
    ['PBKDF2 of MD5', `$pbkdf2-md5$1000$${saltAndKey}`],
    ['PBKDF2 with an unknown parameter', `$pbkdf2-sha256$i=1000,x=1$${saltAndKey}`],
    ['PBKDF2 of another length', `$pbkdf2-sha256$i=1000,l=31$${saltAndKey}`],
    ['PBKDF2 without a hash', '$pbkdf2-sha256$1000$LmWMEcI4B2AMgXCOEUKIMQ$'],
    ['PBKDF2 with a short hash', '$pbkdf2-sha256$1000$LmWMEcI4B2AMgXCOEUKIMQ$KHjTcI5j'],
    ['PBKDF2 with odd letters', `$pbkdf2-sha256$1000$${saltAndKey.slice(0, -1)}!`],
    ['PBKDF2 of Django without a salt', 'pbkdf2_sha256$1000$$8xBlGd3jVgvJ+92hWPxi5ww0uuAu'],
    ['scrypt of N = 1', hashOf('scrypt of passlib').replace('ln=4', 'ln=0')],
    ['scrypt without r', hashOf('scrypt of passlib').replace('r=8,', '')],
    ['scrypt with p twice', hashOf('scrypt of passlib').replace('r=8', 'p=8')],
    ['scrypt with N too great for r', hashOf('scrypt of passlib').replace('ln=4,r=8', 'ln=16,r=1')],
    ['scrypt of Django with N odd', hashOf('scrypt').replace('16384', '16383')],
    ['scrypt of Spring without p', hashOf('{scrypt}').replace('e0801', 'e0800')],
    ['plain text of Spring', '{noop}password'],
    ['MD5 of Django', 'md5$seasalt$3f86d0d3d465b7b458c231bf3555c0e3'],
    ['an unusable password of Django', '!cUgt6nHyZhtlCDeKnP2zSrIVBkQJ4oWk3Yp8mUd1'],
    ['PBKDF2 of Spring, too short', hashOf('{pbkdf2}').slice(0, -2)],
    [
      'PBKDF2 of Spring, of the other length',
      hashOf('{pbkdf2}').replace('2}', '2@SpringSecurity_v5_8}'),
    ],
    ['ASP.NET 2, too short', 'AAABAgMEBQYHCAkKCwwNDg+ukCEMDf0yyQ29NYubggE='],
    [
      'ASP.NET 2 and more',
      'AAABAgMEBQYHCAkKCwwNDg+ukCEMDf0yyQ29NYubggHIVY0sdEUfdyeM+E1LtH1uJgAAAAAAAAAAAAA=',
    ],
    ['ASP.NET 3, too short', 'AQAAAAIAAAAyAAAAEOMwvh3+FZxqkdMBz2ekgGhwQ4A='],
    [
      'ASP.NET 3 with an unknown digest',
      'AQAAAAMAAAAyAAAAEOMwvh3+FZxqkdMBz2ekgGhwQ4B6pZWND6zgESBuWiHw',
    ],
    [
      'ASP.NET 3 with a salt beyond its end',
      'AQAAAAIAAAAyAAAB/+MwvB3+FZxqkdMBz2ekgGhwQ4B6pZWND6zgESBuWiHw',
    ],
    [
      'ASP.NET 3 without iterations',
      'AQAAAAIAAAAAAAAAEOMwvh3+FZxqkdMBz2ekgGhwQ4B6pZWND6zgESBuWiHw',
    ],
    [
      'a long text',
      `pbkdf2_sha256$1000$${'s'.repeat(600)}$8xBlGd3jVgvJ+92hWPxi5ww0uuAuAnKgC45eudxro7c=`,
    ],
  ])('is %s', (_what, text) => {
    expect(readHash(text)).toBeUndefined();
  });
});

describe('a hash that costs', () => {
  const digest =
    'Qj3+9PPyRjSJIebHnG81TMjsqtaIGxNQG/aEB/NYafTJ7tibgfYz71m0ldQESkXFRkdVCBhhY8mx7rQwite/Pw==';
  const ofSha512 =
    'DQcr6/WGc/IkbUVRrMXtUh5WnaoEQOfQs4rTV4D9NtBox3whJH12ti0eeJQPY0.ejDyMbHGjLGeWXvLWWSn8.w';

  test.each([
    ['14', hashOf('bcrypt 2b').replace('$04$', '$14$'), true],
    ['15', hashOf('bcrypt 2b').replace('$04$', '$15$'), false],
    ['15 in Django', hashOf('bcrypt_sha256').replace('$04$', '$15$'), false],
    ['15 in Spring', hashOf('{bcrypt}').replace('$10$', '$15$'), false],
    ['2,000,000 iterations', `$pbkdf2-sha256$2000000$${saltAndKey}`, true],
    ['2,000,001 iterations', `$pbkdf2-sha256$2000001$${saltAndKey}`, false],
    ['1,000,000 iterations of two blocks', `$pbkdf2-sha1$1000000$${saltAndKey}`, true],
    ['1,000,001 iterations of two blocks', `$pbkdf2-sha1$1000001$${saltAndKey}`, false],
    [
      '1,000,000 iterations of SHA-512',
      `$pbkdf2-sha512$i=1000000,l=64$c2FsdHNhbHQ$${ofSha512}`,
      true,
    ],
    ['9,999,999,999 iterations', `$pbkdf2-sha256$i=9999999999$${saltAndKey}`, false],
    ['2,000,001 iterations in Django', `pbkdf2_sha256$2000001$s$${digest}`, false],
    [
      '2^32 - 1 iterations in ASP.NET',
      'AQAAAAL/////AAAAEOMwvh3+FZxqkdMBz2ekgGhwQ4B6pZWND6zgESBuWiHw',
      false,
    ],
    ['256 MiB of scrypt', `scrypt$262144$s$8$1$${digest}`, true],
    ['512 MiB of scrypt', `scrypt$524288$s$8$1$${digest}`, false],
    ['128 MiB of scrypt twice', `scrypt$131072$s$8$2$${digest}`, true],
    ['128 MiB of scrypt three times', `scrypt$131072$s$8$3$${digest}`, false],
    ['1,000,001 iterations of SHA-512', `$pbkdf2-sha512$1000001$c2FsdHNhbHQ$${ofSha512}`, false],
    ['4 TiB of scrypt in Spring', hashOf('{scrypt}').replace('e0801', '1fffff'), false],
    [
      '256 MiB of argon2i four times',
      hashOf('argon2i of PHP').replace('m=64,t=2', 'm=262144,t=4'),
      true,
    ],
    [
      '256 MiB of argon2i five times',
      hashOf('argon2i of PHP').replace('m=64,t=2', 'm=262144,t=5'),
      false,
    ],
  ])('%s can be read, affordable or not', (_what, text, isAffordable) => {
    const hash = readHash(text);
    expect(hash).toMatchObject({ isAffordable });
    expect(hash?.limit).toMatch(/^an? (argon2id?|bcrypt|scrypt|PBKDF2) hash with .*at most/);
  });
});

test('what it costs can be told', () => {
  expect(readHash(hashOf('argon2i of PHP'))).toMatchObject({
    algorithm: 'argon2i',
    cost: { m: 64, t: 2, p: 1 },
  });
  expect(readHash(hashOf('{scrypt}'))).toMatchObject({
    algorithm: 'scrypt',
    cost: { n: 16_384, r: 8, p: 1 },
  });
  expect(readHash(hashOf('{bcrypt}'))).toMatchObject({ algorithm: 'bcrypt', cost: { cost: 10 } });
});
