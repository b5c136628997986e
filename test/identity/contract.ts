import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Identity, Refusal } from '../../src/identity/backend.ts';
import {
  ada,
  dora,
  foo,
  lena,
  lenasPassword,
  max,
  otto,
  ottosPassword,
  password,
} from '../support/people.ts';
import { origin } from '../support/origin.ts';

const provenAs = ({ subject }: { subject: string }) => ({ user: { subject } });
const refusedAs = (refused: Refusal) => ({ refused });

/**
 * What every backend must do, whatever it keeps people in.
 * @param create a backend that holds the people of `support/people.ts`
 */
export function describeIdentity(name: string, create: () => Promise<Identity>): void {
  describe(`${name} as a home of people`, () => {
    let identity: Identity;
    beforeAll(async () => {
      identity = await create();
    });
    afterAll(async () => {
      await identity.close();
    });

    test('knows a person by email address and password', async () => {
      const proven = await identity.verify('foo@bar.com', 'foobar', origin);
      expect(proven).toMatchObject({ user: { subject: 'foo@bar.com', email: 'foo@bar.com' } });
      expect(identity.hasUsernames()).toBe(true);
    });

    test('gives all standard claims and no password hash', async () => {
      const { password_hash: _, disabled: _disabled, ...claims } = ada;
      const verified = await identity.verify(ada.email, password, origin);
      expect(verified).toMatchObject({ user: claims });
      expect(JSON.stringify(verified)).not.toContain('argon2');
      expect({ user: await identity.find(ada.subject) }).toEqual(verified);
    });

    test.each([
      ['its username', 'Ada'],
      ['other capitals', 'aDA'],
      ['space around it', '  ada\t'],
      ['full-width letters', 'ａｄａ'],
      ['the address in capitals', 'ADA.STRASSE@EXAMPLE.ORG'],
      ['ss for ß', 'ada.strasse@example.org'],
      ['a capital ẞ', 'ADA.STRAẞE@EXAMPLE.ORG'],
      ['invisible characters between the letters', 'A\u200Bd\u00ADa'],
      ['directions and a byte order mark around it', '\uFEFF\u202A\u2066Ada\u2069\u202C'],
      ['a full-width at and dots of Japanese', 'ada.straße＠example。org'],
    ])('finds the same person by %s', async (_what, login) => {
      expect(await identity.verify(login, password, origin)).toMatchObject(provenAs(ada));
    });

    test('proves nobody by a wrong, empty or differently capitalised password', async () => {
      for (const wrong of ['', ' ', 'Foobar', 'foobar ', 'correct horse', 'x'.repeat(60_000)]) {
        expect(await identity.verify('foo@bar.com', wrong, origin)).toEqual(refusedAs('wrong'));
      }
    });

    test('proves nobody by an unknown login, however odd', async () => {
      const odd = [
        '',
        ' ',
        'nobody@example.org',
        '\0',
        '\uD800',
        '__proto__',
        'constructor',
        '%',
        '*',
      ];
      for (const login of [...odd, 'x'.repeat(60_000), `${foo.email}\0`]) {
        expect(await identity.verify(login, 'foobar', origin)).toEqual(refusedAs('wrong'));
      }
    });

    test('takes no part of a login for the whole, and no pattern for a login', async () => {
      const patterns = ['ad', 'ad_', 'ad%', 'ad*', '*', '%', 'ada)(uid=*', "' OR 1=1 --"];
      const others = ['ádà', 'a da', 'ada@', 'ada.strasse', 'ada.straße@example.or', ada.subject];
      for (const login of [...patterns, ...others]) {
        expect(await identity.verify(login, password, origin)).toEqual(refusedAs('wrong'));
      }
    });

    test('answers an unknown login as it answers a wrong password', async () => {
      const unknown = await identity.verify('nobody@example.org', 'sesame', origin);
      for (const { email } of [foo, ada, dora, max, otto, lena]) {
        expect(await identity.verify(email, 'sesame', origin)).toEqual(unknown);
      }
    });

    test('lets a disabled person be found but not sign in, and says so if the password is right', async () => {
      expect(await identity.verify(dora.email, password, origin)).toEqual(refusedAs('disabled'));
      expect(await identity.verify(dora.email, 'wrong', origin)).toEqual(refusedAs('wrong'));
      expect(await identity.find(dora.subject)).toMatchObject({
        email: dora.email,
        disabled: true,
      });
    });

    test.each([['DORA'], [' dora '], ['Dora@EXAMPLE.org']])(
      'refuses a disabled person, however the login is written: %j',
      async (login) => {
        expect(await identity.verify(login, password, origin)).toEqual(refusedAs('disabled'));
      },
    );

    test('finds by the exact subject only', async () => {
      expect(await identity.find(max.subject)).toMatchObject({ email: max.email });
      for (const subject of ['', 'MAX-1', ' max-1', 'nobody', '__proto__', max.email]) {
        expect(await identity.find(subject)).toBeUndefined();
      }
    });

    test('takes all kinds of space and of accents in a password for the same', async () => {
      expect(await identity.verify(max.email, 'correct\u00A0horse', origin)).toMatchObject(
        provenAs(max),
      );
    });

    test('takes a password as it is: blanks around it count, and so does each letter', async () => {
      expect(await identity.verify(otto.email, ottosPassword, origin)).toMatchObject(
        provenAs(otto),
      );
      const others = [
        ottosPassword.trim(),
        ottosPassword.trimStart(),
        ottosPassword.trimEnd(),
        ottosPassword.replace('  ', ' '),
        ottosPassword.replace('ä', 'a'),
        ottosPassword.replace('🔑', ''),
        ottosPassword.toUpperCase(),
      ];
      for (const wrong of others) {
        expect(await identity.verify(otto.email, wrong, origin)).toEqual(refusedAs('wrong'));
      }
    });

    test('takes a password of 5,000 characters, and no other that begins alike', async () => {
      expect(await identity.verify(lena.email, lenasPassword, origin)).toMatchObject(
        provenAs(lena),
      );
      const cuts = [71, 72, 73, 128, 255, 256, 1024, 4096, 4999];
      for (const cut of cuts) {
        const wrong = lenasPassword.slice(0, cut);
        expect(await identity.verify(lena.email, wrong, origin)).toEqual(refusedAs('wrong'));
      }
      for (const wrong of [`${lenasPassword}a`, `${lenasPassword.slice(0, -1)}x`]) {
        expect(await identity.verify(lena.email, wrong, origin)).toEqual(refusedAs('wrong'));
      }
    });

    test('does not end a password at a NUL', async () => {
      // Not `foobar` with a NUL behind it: to PBKDF2 that is the same password.
      for (const wrong of ['foobar\0x', '\0foobar', '\0']) {
        expect(await identity.verify(foo.email, wrong, origin)).toEqual(refusedAs('wrong'));
      }
    });

    test('gives each of many calls at once its own answer', async () => {
      const asked = [
        [foo.email, 'foobar', provenAs(foo)],
        [ada.username, password, provenAs(ada)],
        [max.email, 'foobar', refusedAs('wrong')],
        [dora.email, password, refusedAs('disabled')],
        ['nobody@example.org', password, refusedAs('wrong')],
        [max.email, password, provenAs(max)],
      ] as const;
      const rounds = Array.from({ length: 8 }, () => asked).flat();
      const answers = await Promise.all(
        rounds.map(([login, secret]) => identity.verify(login, secret, origin)),
      );
      for (const [index, answer] of answers.entries()) {
        expect(answer).toMatchObject(rounds[index]![2]);
      }
      const subjects = [foo, ada, dora, max].map(({ subject }) => subject);
      const found = await Promise.all(subjects.map((subject) => identity.find(subject)));
      expect(found.map((user) => user?.subject)).toEqual(subjects);
    });

    test('can be asked', async () => {
      expect(await identity.ready()).toBe(true);
    });
  });
}
