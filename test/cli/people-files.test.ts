/** Files of people: what is written is read as the same, and what is wrong costs one row. */
import { describe, expect, test } from '@jest/globals';
import { csvHeader, csvLine } from '../../src/cli/people-files/write-csv.ts';
import { readCsv } from '../../src/cli/people-files/read-csv.ts';
import { readJsonLines } from '../../src/cli/people-files/read-json-lines.ts';
import { recordFaults } from '../../src/cli/people-files/record-faults.ts';
import { longestRow, type Row } from '../../src/cli/people-files/row.ts';

type Bytes = string | Buffer;

/** In pieces of this size, as a file or a pipe may come. */
async function* inPieces(content: Bytes, size: number): AsyncGenerator<Buffer> {
  const bytes = Buffer.from(content as string);
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function allOf(rows: AsyncIterable<Row[]>): Promise<Row[]> {
  const all: Row[] = [];
  for await (const some of rows) all.push(...some);
  return all;
}

const csv = async (content: Bytes, size = 65_536, delimiter = ',') =>
  allOf(readCsv(inPieces(content, size), delimiter));
const jsonLines = async (content: Bytes, size = 65_536) =>
  allOf(readJsonLines(inPieces(content, size)));

const oddTexts = [
  'Ada',
  ' blanks around ',
  'a,b;c|d\te',
  'say "hello"',
  '"',
  '""',
  'two\nlines',
  'two\r\nlines',
  '\r',
  '',
  '=HYPERLINK("http://evil.example")',
  '+1+1',
  '-2',
  '@SUM(A1)',
  '\t=1',
  "x;=cmd|' /C calc'!A0",
  'a","=1',
  '＝1',
  '+49 (30) 123-45.6',
  'ünïcode 🐎 שלום',
  '\u2028\u0085',
  'null',
  'true',
  '007',
  '{"a":1}',
  '\\',
  '\ufeff',
];

const people = oddTexts.map((text, index) => ({
  subject: text || 'empty',
  email: `${index}@example.org`,
  ...(index % 2 === 0 && { email_verified: index % 4 === 0 }),
  username: text,
  password_hash: '$argon2id$v=19$m=19456,t=2,p=1$c2FsdHNhbHQ$aGFzaA',
  disabled: index % 3 === 0,
  name: text,
  updated_at: index,
  phone_number: text,
  ...(index % 2 === 1 && { address: { locality: text, country: 'Norway' } }),
  ...(index % 2 === 1 && { claims: { groups: [text, 1, null, true], [text || 'x']: { a: text } } }),
}));

const membersOf = ({ record }: Row) =>
  JSON.parse(JSON.stringify(record), (_key, value) => value ?? undefined) as object;

describe('a CSV file of people', () => {
  const written = csvHeader + people.map(csvLine).join('');

  test.each([1, 7, 64, 65_536])(
    'is read as it was written, in pieces of %d bytes',
    async (size) => {
      const rows = await csv(written, size);
      expect(rows.map(({ fault }) => fault)).toEqual(people.map(() => undefined));
      const withoutNull = people.map(
        (person) =>
          JSON.parse(JSON.stringify(person), (_key, value) => value ?? undefined) as object,
      );
      expect(rows.map(membersOf)).toEqual(withoutNull);
    },
  );

  test('has no cell that a spreadsheet would take for a formula, wherever it is split', async () => {
    const cells = written
      .split('\n')
      .flatMap((line) => [...line.split(','), ...line.split(/[;\t|]/), ...line.split(/[",;\t|]/)])
      .map((cell) => cell.replace(/^["'\s]+/, ''));
    const formulas = cells.filter((cell) => /^[=+\-@＝＋－＠]/.test(cell));
    expect(formulas.filter((cell) => !cell.startsWith('+49 (30) 123-45.6'))).toEqual([]);
  });

  test('may come from others: with a byte order mark, CRLF, capitals, parts and blank lines', async () => {
    const rows = await csv(
      '\ufeffSubject,Email,disabled,address.locality,address.country,claims.team,claims\r\n' +
        'a,ada@example.org,TRUE,Oslo,,blue,"{""level"":3}"\r\n\r\n' +
        'b,,0,,,,\r\n',
    );
    expect(rows).toEqual([
      {
        line: 2,
        record: {
          subject: 'a',
          email: 'ada@example.org',
          disabled: true,
          address: { locality: 'Oslo' },
          claims: { team: 'blue', level: 3 },
        },
      },
      {
        line: 4,
        record: {
          subject: 'b',
          email: null,
          disabled: false,
          address: null,
          claims: { team: null },
        },
      },
    ]);
  });

  test('may be separated by another character', async () => {
    expect(await csv('subject;name\na;b,c\n', 9, ';')).toEqual([
      { line: 2, record: { subject: 'a', name: 'b,c' } },
    ]);
  });

  test.each([1, 5, 65_536])(
    'loses only the row that is wrong, and names its line, in pieces of %d bytes',
    async (size) => {
      const invalid = Buffer.concat([Buffer.from('f,'), Buffer.from([0xff]), Buffer.from('\n')]);
      const content = Buffer.concat([
        Buffer.from('subject,name\n'),
        Buffer.from('a,one\n'),
        Buffer.from('b,"two"x\n'), // line 3
        Buffer.from('c,thr"ee\n'), // line 4
        Buffer.from('d,"four\n'), // line 5
        Buffer.from('e,"fi\nve"\n'), // lines 6 and 7
        invalid, // line 8
        Buffer.from('g,"s"",""x"\n'), // line 9
        Buffer.from('h,1,2\n'), // line 10
        Buffer.from('i\n'), // line 11
        Buffer.from('j,ten\n'), // line 12
        Buffer.from('k,"eleven'), // line 13
      ]);
      const rows = await csv(content, size);
      expect(rows.map(({ line, record, fault }) => [line, record?.['subject'] ?? fault])).toEqual([
        [2, 'a'],
        [3, expect.stringContaining('its quotes are wrong')],
        [4, expect.stringContaining('its quotes are wrong')],
        [5, expect.stringContaining('its quotes are wrong')],
        [6, 'e'],
        [8, 'it is not in UTF-8'],
        [9, 'g'],
        [10, 'it has 3 cells, but there are 2 columns'],
        [11, 'it has 1 cells, but there are 2 columns'],
        [12, 'j'],
        [13, expect.stringContaining('its quotes are wrong')],
      ]);
      expect(rows[4]?.record?.['name']).toBe('fi\nve');
      expect(rows[6]?.record?.['name']).toBe('s","x');
    },
  );

  test('keeps only the beginning of a line that is too long', async () => {
    const long = 'x'.repeat(3 * longestRow);
    const rows = await csv(
      `subject,name\na,${long}\nb,"${long}\nc,"${'\n'.repeat(longestRow)}\nd,e\n`,
    );
    expect(rows.map(({ line, record, fault }) => [line, record?.['subject'] ?? fault])).toEqual([
      [2, `it is longer than ${longestRow} bytes`],
      [3, `it is longer than ${longestRow} bytes`],
      [4, expect.stringContaining('its quotes are wrong')],
      [4 + longestRow + 1, 'd'],
    ]);
  });

  test.each([
    ['', 'It is empty'],
    ['\n\n', 'It is empty'],
    ['subject,mail\n', 'The column "mail" is unknown.'],
    ['subject,password\n', 'Passwords are not taken: bring their hashes'],
    ['subject,email,subject\n', 'The column "subject" is there twice.'],
    ['subject,address.planet\n', 'The column "address.planet" is unknown.'],
    ['subject;email\n', 'give --delimiter'],
    ['subject\temail\n', 'give --delimiter'],
    ['subject,"email\n', 'Its first line must name the columns, but its quotes'],
    [
      'a,$2b$10$N9qo8uLOickgx2ZMRZoMyeIjZAgcfl7p92ldGxad68LJZdL17lhWy\n',
      'The column "a" is unknown',
    ],
    [
      '$2b$10$N9qo8uLOickgx2ZMRZoMyeIjZAgcfl7p92ldGxad68LJZdL17lhWy,a\n',
      'The column with an odd name',
    ],
    [Buffer.from('\ufeffsubject,email\n', 'utf16le'), 'It is in UTF-16'],
  ])('is refused as a whole when its first line is wrong: %j', async (content, sentence) => {
    await expect(csv(content)).rejects.toThrow(sentence);
    await expect(csv(content, 1)).rejects.toThrow(sentence);
  });

  test.each([
    ['disabled', 'maybe', '"disabled" must be true or false'],
    ['updated_at', 'today', '"updated_at" must be seconds since 1970'],
    ['claims', '[1]', '"claims" must be a JSON object'],
    ['json', '{', '"json" must be a JSON object'],
    ['json', '"{""subject"":""b""}"', '"json" has "subject" once more'],
    ['json', '"{""__proto__"":{}}"', '"json" has a member that is not known: "__proto__"'],
  ])('refuses a row whose %s is %s', async (column, cell, sentence) => {
    const [row] = await csv(`subject,${column}\na,${cell}\n`);
    expect(row?.fault).toContain(sentence);
  });
});

describe('JSON lines of people', () => {
  test.each([1, 7, 65_536])(
    'are read as they were written, in pieces of %d bytes',
    async (size) => {
      const written = people.map((person) => `${JSON.stringify(person)}\n`).join('');
      const rows = await jsonLines(written, size);
      expect(rows.map(({ record }) => record)).toEqual(people);
      expect(rows.map(({ line }) => line)).toEqual(people.map((_person, index) => index + 1));
    },
  );

  test('lose only the row that is wrong, and name its line', async () => {
    const content = Buffer.concat([
      Buffer.from('\ufeff{"subject":"a"}\r\n\n{"subject":"b"\n[1]\nnull\n{"subject":"'),
      Buffer.from([0xc3, 0x28]),
      Buffer.from(`"}\n{"name":"${'x'.repeat(longestRow)}"}\n{"subject":"c"}`),
    ]);
    const rows = await jsonLines(content);
    expect(rows.map(({ line, record, fault }) => [line, record?.['subject'] ?? fault])).toEqual([
      [1, 'a'],
      [3, 'it is not JSON'],
      [4, 'it must be a JSON object: { … }'],
      [5, 'it must be a JSON object: { … }'],
      [6, 'it is not in UTF-8'],
      [7, `it is longer than ${longestRow} bytes`],
      [8, 'c'],
    ]);
  });
});

describe('a record', () => {
  test.each<[object, string]>([
    [{ email: 'nobody' }, '"email" must be an email address'],
    [{ password_hash: 'secret' }, '"password_hash" must be an argon2id hash'],
    [
      { password_hash: '$2b$31$N9qo8uLOickgx2ZMRZoMyeIjZAgcfl7p92ldGxad68LJZdL17lhWy' },
      '"password_hash" must be',
    ],
    [{ mail: null }, '"mail" is not a known member'],
    [{ claims: { sub: 'x' } }, 'cannot be one'],
    [{ username: 'ﷺ'.repeat(300) }, '"username" is too long in the form in which logins'],
    [{ demo: true }, '"demo" people are for a users file'],
    [{ name: 'a\u0000b' }, 'it holds the character NUL, or half of a character'],
    [{ claims: { a: ['\ud800'] } }, 'it holds the character NUL, or half of a character'],
    [{ claims: { a: '\\\u0000' } }, 'it holds the character NUL, or half of a character'],
  ])('is checked as in a users file: %j', (record, sentence) => {
    expect(recordFaults({ subject: 'a', ...record })).toEqual([expect.stringContaining(sentence)]);
  });

  test('may take members away, and hold backslashes', () => {
    const record = { subject: null, email: null, password_hash: null, claims: { a: null } };
    expect(recordFaults({ ...record, name: '\\u0000', nickname: '\\', demo: false })).toEqual([]);
  });
});
