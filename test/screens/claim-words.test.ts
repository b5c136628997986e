/** What the consent screen says of a person's data, in languages of the tests' own. */
import { describe, expect, test } from '@jest/globals';
import { claimWords } from '../../src/screens/claim-words.ts';
import { loadLocales } from '../../src/screens/locale.ts';
import { shorten } from '../../src/screens/shorten.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const keys = [
  'comma',
  'nickname',
  'preferred_username',
  'gender',
  'birthdate',
  'birthdate_year',
  'zoneinfo',
  'picture',
  'updated_at',
  'verified',
  'unverified',
  'other',
  'yes',
  'no',
];
const words: Record<string, string> = {
  en: ', |called {value}|username {value}|gender {value}|born {date}|born in {year}|{value} time|your picture|last changed {date}|confirmed|not confirmed|{name}: {value}|yes|no',
  de: ', |genannt {value}|Name {value}|Geschlecht {value}|geboren am {date}|geboren {year}|Zeit von {value}|Ihr Bild|geändert am {date}|bestätigt|nicht bestätigt|{name}: {value}|ja|nein',
  he: ', |כינוי {value}|שם {value}|מגדר {value}|תאריך לידה {date}|שנת לידה {year}|שעון {value}|התמונה שלך|שונה לאחרונה {date}|מאומת|לא מאומת|{name}: {value}|כן|לא',
  fr: ', |dit {value}|nom {value}|genre {value}|né le {date}|né en {year}|heure de {value}|votre photo|modifié le {date}|confirmé|non confirmé|{name} : {value}|oui|non',
  es: ', |apodo {value}|usuario {value}|género {value}|nacimiento: {date}|nacimiento en {year}|hora de {value}|tu foto|cambiado el {date}|confirmado|sin confirmar|{name}: {value}|sí|no',
  ar: '، |الاسم {value}|مستخدم {value}|الجنس {value}|تاريخ الميلاد {date}|سنة الميلاد {year}|توقيت {value}|صورتك|آخر تغيير {date}|مؤكَّد|غير مؤكَّد|{name}: {value}|نعم|لا',
};
const files = Object.entries(words).map(([tag, line]): [file: string, words: string] => {
  const entries = line.split('|').map((text, at) => [`claim.${keys[at]}`, text]);
  return [`${tag}.json`, JSON.stringify(Object.fromEntries(entries))];
});
const own = {
  'claim.department': 'works in {value}',
  'claim.newsletter': 'Newsletter',
  'claim.sentence': `${'very '.repeat(30)}long: {value}`,
};
const fork = JSON.stringify({ ...JSON.parse(files[0]![1]), ...own });
const { find } = loadLocales(
  temporaryFolder({ ...Object.fromEntries(files), 'en-GB.json': fork, 'en-US.json': '{}' }),
);

/** As a person reads it: a break in a date or not looks the same. */
const said = (claims: Record<string, unknown>, tag = 'en') =>
  claimWords(claims, find(tag)!)?.text.replaceAll('\u00A0', ' ');
const html = (claims: Record<string, unknown>, tag = 'en') => claimWords(claims, find(tag)!)?.html;

const ada = {
  locale: 'en',
  zoneinfo: 'Europe/London',
  birthdate: '1815-12-10',
  preferred_username: 'ada',
  family_name: 'Lovelace',
  given_name: 'Ada',
  name: 'Ada Lovelace',
};

describe('a profile', () => {
  test.each([
    ['en', 'Ada Lovelace, username ada, born 10 December 1815, Europe/London time, English'],
    ['en-US', 'Ada Lovelace, username ada, born December 10, 1815, Europe/London time, English'],
    [
      'de',
      'Ada Lovelace, Name ada, geboren am 10. Dezember 1815, Zeit von Europe/London, Englisch',
    ],
    ['he', 'Ada Lovelace, שם ada, תאריך לידה 10 בדצמבר 1815, שעון Europe/London, אנגלית'],
    ['fr', 'Ada Lovelace, nom ada, né le 10 décembre 1815, heure de Europe/London, anglais'],
    [
      'es',
      'Ada Lovelace, usuario ada, nacimiento: 10 de diciembre de 1815, hora de Europe/London, inglés',
    ],
    ['ar', 'Ada Lovelace، مستخدم ada، تاريخ الميلاد 10 ديسمبر 1815، توقيت Europe/London، الإنجليزية'],
  ])('in %s', (tag, line) => expect(said(ada, tag)).toBe(line));

  test('is as in OpenID Connect Core 5.1, whatever the order of its claims; own claims are last', () => {
    const claims = {
      staff: true,
      updated_at: 1,
      address: 'A',
      phone_number: '1',
      gender: 'f',
      email: 'e@f',
      website: 'w',
      picture: 'p',
      profile: 'q',
      nickname: 'n',
      middle_name: 'M',
      family_name: 'F',
      given_name: 'G',
      name: 'Full',
    };
    expect(said({ ...claims, updated_at: undefined })).toBe(
      'Full, G, F, M, called n, q, your picture, w, e@f, gender f, 1, A, staff: yes',
    );
    expect(said({ staff: 1, updated_at: 1 })).toBe('last changed 1 January 1970, staff: 1');
  });

  test.each([
    [{ name: 'Ada Lovelace', given_name: 'Ada', family_name: 'Lovelace' }, 'Ada Lovelace'],
    [{ name: 'ADA LOVELACE', given_name: 'ada', family_name: 'Love\u200Blace' }, 'ADA LOVELACE'],
    [{ name: 'Ada K. Lovelace', middle_name: 'King' }, 'Ada K. Lovelace, King'],
    [{ name: 'Adaline Byron', given_name: 'Ada', family_name: 'Byron' }, 'Adaline Byron, Ada'],
    [{ name: 'Adaline Ada', given_name: 'Ada' }, 'Adaline Ada'],
    [{ name: 'Zoe\u0308 Saldan\u0303a', given_name: 'Zoë', family_name: 'Saldaña' }, 'Zoë Saldaña'],
    [{ name: '山田太郎', given_name: '太郎', family_name: '山田' }, '山田太郎'],
    [{ name: '김철수', given_name: '철수', family_name: '김' }, '김철수'],
    [{ name: 'ליאור בן־דוד', given_name: 'ליאור', family_name: 'בן־דוד' }, 'ליאור בן־דוד'],
    [{ given_name: 'Ada', family_name: 'Lovelace' }, 'Ada, Lovelace'],
    [{ name: 'Ada', given_name: 'Augusta', family_name: 'King' }, 'Ada, Augusta, King'],
  ])('says parts of the name that the full name lacks: %j', (claims, line) =>
    expect(said(claims)).toBe(line),
  );
});

test.each([
  [{ nickname: 'Addie' }, 'called Addie'],
  [{ gender: 'female' }, 'gender female'],
  [{ zoneinfo: 'America/New_York' }, 'America/New_York time'],
  [{ picture: 'https://cdn.example/6f1e?sig=abc' }, 'your picture'],
  [{ profile: 'https://a.example/ada' }, 'https://a.example/ada'],
  [{ website: 'javascript:alert(1)' }, 'javascript:alert(1)'],
  [{ email: 'ada@example.org' }, 'ada@example.org'],
  [{ email: 'ada@example.org', email_verified: true }, 'ada@example.org, confirmed'],
  [{ email_verified: 'false', email: 'ada@example.org' }, 'ada@example.org, not confirmed'],
  [{ email: 'ada@example.org', email_verified: 'perhaps' }, 'ada@example.org'],
  [{ email: 'ada@example.org', email_verified: 'constructor' }, 'ada@example.org'],
  [{ email: 'ada@example.org', email_verified: { toString: 1 } }, 'ada@example.org'],
  [{ phone_number: '+442079460000', phone_number_verified: false }, '+442079460000, not confirmed'],
  [{ phone_number: 442_079_460_000 }, '442079460000'],
  [{ updated_at: 1_700_000_000 }, 'last changed 14 November 2023'],
  [{ updated_at: 1_700_000_000.5 }, 'last changed 14 November 2023'],
  [{ updated_at: '1700000000' }, 'last changed 14 November 2023'],
  [{ updated_at: '2023-11-14T22:13:20Z' }, 'last changed 14 November 2023'],
  [{ updated_at: 1_700_000_000_000 }, 'last changed 1700000000000'],
  [{ updated_at: -1 }, 'last changed -1'],
  [{ updated_at: 'soon' }, 'last changed soon'],
])('a claim is said as it is meant: %j', (claims, line) => expect(said(claims)).toBe(line));

describe('a birthdate', () => {
  test.each([
    ['1815-12-10', 'born 10 December 1815'],
    ['0812-01-02', 'born 2 January 812'],
    ['2024-02-29', 'born 29 February 2024'],
    ['0000-12-10', 'born 10 December'],
    ['0000-02-29', 'born 29 February'],
    ['1990', 'born in 1990'],
    [1990, 'born in 1990'],
    ['2023-02-29', 'born 2023-02-29'],
    ['2023-02-31', 'born 2023-02-31'],
    ['1990-13-01', 'born 1990-13-01'],
    ['1990-00-00', 'born 1990-00-00'],
    ['0000', 'born 0000'],
    ['1990-05', 'born 1990-05'],
    ['10/12/1815', 'born 10/12/1815'],
    ['--12-10', 'born --12-10'],
    ['<b>', 'born <b>'],
  ])('of %s', (birthdate, line) => expect(said({ birthdate })).toBe(line));

  test.each([
    ['de', 'geboren am 17. Mai', 'geboren 1990'],
    ['he', 'תאריך לידה 17 במאי', 'שנת לידה 1990'],
    ['fr', 'né le 17 mai', 'né en 1990'],
    ['es', 'nacimiento: 17 de mayo', 'nacimiento en 1990'],
    ['ar', 'تاريخ الميلاد 17 مايو', 'سنة الميلاد 1990'],
  ])('without its year, and the year alone, in %s', (tag, day, year) => {
    expect(said({ birthdate: '0000-05-17' }, tag)).toBe(day);
    expect(said({ birthdate: '1990' }, tag)).toBe(year);
  });

  test('does not break into lines, in any language', () => {
    expect(claimWords({ birthdate: '1990-05-17' }, find('es')!)!.text).toContain(
      '17\u00A0de\u00A0mayo\u00A0de\u00A01990',
    );
    expect(html({ birthdate: '1990-05-17' }, 'de')).toBe(
      'geboren am <bdi>17.\u00A0Mai\u00A01990</bdi>',
    );
  });
});

describe('a language', () => {
  test.each([
    ['en', 'de', 'German'],
    ['en', 'en-GB', 'British English'],
    ['en', 'en_GB', 'British English'],
    ['en', 'PT_br', 'Brazilian Portuguese'],
    ['en', 'iw', 'Hebrew'],
    ['de', 'en-GB', 'Englisch (Vereinigtes Königreich)'],
    ['he', 'he-IL', 'עברית (ישראל)'],
    ['fr', 'ar', 'arabe'],
    ['es', 'fr_CA', 'francés canadiense'],
    ['ar', 'ar', 'العربية'],
  ])('for a reader of %s: %s', (reader, locale, name) =>
    expect(said({ locale }, reader)).toBe(name),
  );

  test.each([
    'klingon',
    'xx',
    'not a tag',
    'en_GB.UTF-8',
    '*',
    '__proto__',
    'x'.repeat(100),
    'und',
  ])('that nobody has is shown as it is: %s', (locale) => {
    expect(said({ locale })).toBe(locale);
    expect(said({ locale })).toBe(locale); // also when it is known already
  });
});

describe('an address', () => {
  test.each([
    [{ formatted: '12 St James’s Square\nLondon' }, '12 St James’s Square, London'],
    [{ formatted: '12 St James’s Square,\r\n\r\n London ,\n' }, '12 St James’s Square, London'],
    [{ formatted: 'One\u2028Two', country: 'GB' }, 'One, Two'],
    [
      {
        country: 'US',
        postal_code: 10_118,
        region: 'NY',
        locality: 'New York',
        street_address: '350 Fifth Avenue\nFloor 21',
      },
      '350 Fifth Avenue, Floor 21, New York, NY, 10118, US',
    ],
    [{ locality: 'Berlin', region: 'Berlin', formatted: ' ' }, 'Berlin'],
    [{ care_of: 'Babbage' }, '{"care_of":"Babbage"}'],
    ['12 St James’s Square\nLondon', '12 St James’s Square, London'],
    [['London', 'Ockham'], 'London, Ockham'],
    [{}, undefined],
    [{ formatted: '', locality: null }, undefined],
    [null, undefined],
  ])('stands on one line: %j', (address, line) => expect(said({ address })).toBe(line));

  test('has the comma of the language', () => {
    expect(said({ address: { formatted: 'شارع النيل\nالقاهرة' } }, 'ar')).toBe(
      'شارع النيل، القاهرة',
    );
  });
});

describe('a claim that a fork adds', () => {
  test.each([
    [{ roles: ['admin', 'editor'] }, 'roles: admin, editor'],
    [{ staff: false }, 'staff: no'],
    [{ score: 1_234_567.25 }, 'score: 1,234,567.25'],
    [{ since: 2024 }, 'since: 2024'],
    [{ share: 0.123_456_789 }, 'share: 0.123456789'],
    [{ plan: { name: 'pro', seats: [1] } }, 'plan: {"name":"pro","seats":[1]}'],
    [{ mixed: [1, [2], { a: 3 }, null, '', 'x'] }, 'mixed: 1, [2], {"a":3}, x'],
    [{ 'https://example.org/claims/level': 3 }, 'https://example.org/claims/level: 3'],
    [{ verified: true, comma: 'x' }, 'verified: yes, comma: x'],
    [JSON.parse('{"__proto__": "p", "constructor": "c"}'), '__proto__: p, constructor: c'],
    [{ '\u200B': 1, 'a\u202Eb': 2 }, 'U+200B: 1, ab: 2'],
  ])('shows by its name: %j', (claims: Record<string, unknown>, line) =>
    expect(said(claims)).toBe(line),
  );

  test.each([
    ['de', 'roles: a, b, staff: ja, score: 1.234.567,25'],
    ['he', 'roles: a, b, staff: כן, score: 1,234,567.25'],
    ['fr', 'roles : a, b, staff : oui, score : 1\u202F234\u202F567,25'],
    ['es', 'roles: a, b, staff: sí, score: 1.234.567,25'],
    ['ar', 'roles: a، b، staff: نعم، score: 1,234,567.25'],
  ])('shows in %s', (tag, line) =>
    expect(said({ roles: ['a', 'b'], staff: true, score: 1_234_567.25 }, tag)).toBe(line),
  );

  test('has the label of its locale key, or the sentence', () => {
    const claims = { department: 'R&D', newsletter: true };
    expect(said(claims, 'en-GB')).toBe('works in R&D, Newsletter: yes');
    expect(said(claims)).toBe('department: R&D, newsletter: yes');
  });
});

test.each([
  {},
  { name: '' },
  { name: null, email: undefined },
  { name: ' \u200B\u3164', nickname: '\u202E' },
  { email_verified: true, phone_number_verified: false },
  { address: { formatted: '\n' } },
  { roles: [], plan: {}, tags: [null, ''] },
])('nothing to show: %j', (claims: Record<string, unknown>) =>
  expect(claimWords(claims, find('en')!)).toBeUndefined(),
);

describe('as HTML', () => {
  test('values are isolated from the direction of the text, addresses and numbers left to right', () => {
    const claims = {
      email: 'layla+x@example.org',
      email_verified: true,
      phone_number: '+20 2 5550',
    };
    expect(html({ ...claims, phone_number_verified: false }, 'ar')).toBe(
      '<bdi dir="ltr" translate="no">layla+<wbr>x@<wbr>example.<wbr>org</bdi>، مؤكَّد، ' +
        '<bdi dir="ltr" translate="no">+20 2 5550</bdi>، غير مؤكَّد',
    );
    expect(html({ website: 'https://a.b/?x=1&y' }, 'he')).toBe(
      '<bdi dir="ltr" translate="no">https://a.<wbr>b/?x=1&amp;y</bdi>',
    );
    expect(html({ name: 'ליאור', locale: 'he', picture: 'x' })).toBe(
      '<bdi translate="no">ליאור</bdi>, your picture, <bdi>Hebrew</bdi>',
    );
  });

  const nasty = '<script>"\'&amp;\u202Eevil\u2066\u0000{value}{name}$&\n[link] e\u0301\u0301\u0301';
  const names =
    'name given_name nickname preferred_username profile website email gender birthdate zoneinfo ' +
    'locale phone_number address updated_at roles';

  test.each([...names.split(' '), nasty])('a hostile %s is only text', (name) => {
    for (const value of [nasty, [nasty], { [nasty]: nasty }, { formatted: nasty }]) {
      const shown = claimWords({ [name]: value, email_verified: nasty, x: 1 }, find('he')!)!;
      expect(shown.html.replace(/<\/?bdi( dir="ltr")?( translate="no")?>|<wbr>/g, '')).not.toMatch(
        /[<>"']/,
      );
      expect(shown.text).not.toMatch(/[\p{Cc}\p{Cf}]/u);
      expect(shown.text).toContain('{value}{name}$&');
      expect(plain(shown.html)).toBe(shown.text);
    }
  });
});

/** HTML as text. Throws when a value begins inside another, or does not end. */
function plain(markup: string): string {
  expect(markup.replace(/<bdi[^>]*>(?:(?!<\/?bdi).)*<\/bdi>/gs, '')).not.toContain('bdi>');
  return markup
    .replace(/<[^>]*>/g, '')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&#34;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&amp;', '&');
}

describe('a long line', () => {
  test('of exactly 120 characters is whole, and one more is cut', () => {
    expect(said({ name: 'x'.repeat(120) })).toBe('x'.repeat(120));
    expect(said({ name: 'x'.repeat(112), nickname: 'y' })).toBe(`${'x'.repeat(112)}, …`);
    expect(said({ name: 'x'.repeat(110), nickname: 'y' })).toBe(`${'x'.repeat(110)}, called y`);
    expect(said({ name: 'x'.repeat(121) })).toMatch(/^x{100,119}…$/);
  });

  test('ends after a claim, and says that more follows', () => {
    const claims = {
      ...ada,
      email: 'ada@example.org',
      email_verified: true,
      phone_number: '+44 20 7946 0000',
    };
    expect(said({ ...claims, address: { formatted: '12 St James’s Square\nLondon' } })).toBe(
      'Ada Lovelace, username ada, ada@example.org, confirmed, born 10 December 1815, Europe/London time, English, …',
    );
  });

  test('ends inside a long value, at a word, and never hides what follows', () => {
    const address = {
      formatted: 'The old house behind the very last mill of the valley '.repeat(4),
    };
    expect(said({ name: 'Ada Lovelace', address })).toBe(
      'Ada Lovelace, The old house behind the very last mill of the valley The old house behind the very last mill of the…',
    );
    const email = `${'a'.repeat(150)}@example.org`;
    expect(said({ email, email_verified: true })).toMatch(/^a{90,}…, confirmed$/);
    expect(said({ email, email_verified: true, x: 1 })).toMatch(/^a{90,}…, confirmed, …$/);
    expect(said({ email, email_verified: true, x: null })).toMatch(/^a{90,}…, confirmed$/);
  });

  test('shows its first claim, whatever words a fork has for it', () => {
    expect(said({ sentence: 'value', x: 1 }, 'en-GB')).toMatch(/very long: value, …$/);
    expect(said({ sentence: 'y'.repeat(200) }, 'en-GB')).toMatch(/very long: y{39}…$/);
    expect(said({ [`claim${'s'.repeat(500)}`]: 'value' })).toBe(`claim${'s'.repeat(54)}…: value`);
  });

  test('is cut between letters, however they are made', () => {
    for (const letter of ['👩\u200D💻', '🇬🇧', 'é', 'שָׁ', '𐐷', '👍🏽', '한', 'क्ष']) {
      for (let before = 0; before < 6; before += 1) {
        const name = 'x'.repeat(before) + letter.normalize('NFC').repeat(130);
        const shown = said({ name, gender: 'f' })!;
        expect(shown.length).toBeLessThanOrEqual(120);
        expect(name.startsWith(shown.slice(0, -1))).toBe(true);
        expect((shown.length - 1 - before) % letter.normalize('NFC').length).toBe(0);
        expect(shown.endsWith('…')).toBe(true);
      }
    }
    expect(said({ name: `👩${'\u200D💻'.repeat(300)}` })).toBe('…');
  });

  test('is at most 120 characters and well made at every length', () => {
    const value = 'Rue de l’Église, 7 <b> & “Ünter” ש '.repeat(6);
    for (let length = 1; length <= value.length; length += 1) {
      const start = value.slice(0, length);
      for (const claims of [
        { name: start, email: `${start}@x`, email_verified: false, locale: 'de' },
        { gender: start, address: { formatted: start }, roles: [start, start] },
        { birthdate: start, phone_number: start, phone_number_verified: true, [start]: start },
      ]) {
        const shown = claimWords(claims, find('ar')!)!;
        expect(shown.text.length).toBeLessThanOrEqual(120);
        expect(plain(shown.html)).toBe(shown.text);
      }
    }
  });

  test('of forty claims reads only those that it shows', () => {
    const read: string[] = [];
    const claims = {};
    for (let at = 1; at <= 40; at += 1) {
      Object.defineProperty(claims, `claim_${at}`, {
        enumerable: true,
        get: () => (read.push(`claim_${at}`), `value ${at}`),
      });
    }
    expect(said(claims)).toMatch(/^claim_1: value 1, claim_2: value 2, .*, claim_6: value 6, …$/);
    expect(read.length).toBeLessThan(10);
  });

  test('comes at once from values without an end', async () => {
    const endless = 'é\u0301<'.repeat(1_000_000);
    for (let round = 0; round < 20; round += 1) {
      expect(said({ name: endless, given_name: 'é', x: [endless] })).toMatch(/…$/);
      expect(said({ address: { formatted: endless }, [endless]: endless })).toMatch(/…$/);
    }
    expect(said({ name: `a${'\u200B'.repeat(5_000)}b` })).toBe('a…');
    const commas = [...Array.from({ length: 99 }, () => ','.repeat(1_000)), 'x'];
    expect(said({ address: { street_address: commas, locality: commas } })).toMatch(/…$/);
    await new Promise((done) => setTimeout(done, 0)); // lets the time of the test run out
  });
});

test('a text is cut at a word, without what joined it to the next', () => {
  expect(shorten('one, two', 20)).toBe('one, two');
  expect(shorten('one two three four', 15)).toBe('one two three…');
  expect(shorten('one two three, four', 16)).toBe('one two three…');
  expect(shorten('abcdefghij', 5)).toBe('abcd…');
  expect(shorten('a bcdefghij', 5)).toBe('a bc…');
});
