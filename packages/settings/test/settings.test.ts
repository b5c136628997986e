import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { kind, readSettings, setting, SettingsError, type Environment } from '../src/index.ts';

const settings = {
  PORT: setting('a port', kind.integer(0, 65_535), { fallback: '3000' }),
  URL: setting('an http(s) address', kind.address, { isRequired: true }),
  NAME: setting('a name', kind.text),
  TOKEN: setting('a token in one line', kind.headerValue, { isSecret: true, alsoNamed: ['KEY'] }),
};
const url = 'https://a.example';

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'settings-'));
});

afterAll(() => rm(folder, { recursive: true }));

async function file(name: string, content: string): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, content, { mode: 0o600 });
  return path;
}

function faultsOf(env: Environment): readonly string[] {
  try {
    readSettings(settings, env);
  } catch (error) {
    if (error instanceof SettingsError) return error.faults;
    throw error;
  }
  return [];
}

describe('settings', () => {
  test('are read from the environment, without blanks around them', () => {
    const { values } = readSettings(settings, { PORT: ' 80 ', URL: `${url}/`, NAME: 'a' });
    expect(values).toEqual({ PORT: 80, URL: url, NAME: 'a' });
  });

  test('that are empty count as missing, and get their fallback', () => {
    const { values } = readSettings(settings, { PORT: '', URL: url, NAME: ' ' });
    expect(values).toEqual({ PORT: 3000, URL: url });
  });

  test('may have another name, and their own name wins', () => {
    expect(readSettings(settings, { URL: url, KEY: 'k' }).values.TOKEN).toBe('k');
    expect(readSettings(settings, { URL: url, KEY: 'k', TOKEN: 't' }).values.TOKEN).toBe('t');
  });

  test('report all their faults at once, each in a sentence', () => {
    expect(faultsOf({ PORT: '70000' })).toEqual([
      'PORT is "70000". It must be a port.',
      'URL is not set. It must be an http(s) address.',
    ]);
    expect(new SettingsError(['A is wrong.']).message).toMatch(/:\n {2}- A is wrong\.$/);
  });

  test('report faults that concern several settings too', () => {
    const read = () => readSettings(settings, { URL: url }, ({ PORT }) => [`PORT is ${PORT}.`]);
    expect(read).toThrow('PORT is 3000.');
  });

  test('in which much can be wrong tell all of it', () => {
    const list = setting('a list', (text) => (text === 'a' ? ['a'] : undefined), {
      faults: (text) => (text === 'b' ? ['is wrong in entry 1: no a.', 'is too short.'] : []),
    });
    const read = (LIST: string) => {
      try {
        return readSettings({ LIST: list }, { LIST }).values.LIST;
      } catch (error) {
        return (error as SettingsError).faults;
      }
    };
    expect(read('a')).toEqual(['a']);
    expect(read('b')).toEqual(['LIST is wrong in entry 1: no a.', 'LIST is too short.']);
    expect(read('c')).toEqual(['LIST is "c". It must be a list.']);
  });

  test('show neither secrets nor passwords in a fault', () => {
    const faults = faultsOf({ URL: 'https://me:hush@a.example', TOKEN: 'hush\nhush' });
    expect(faults).toHaveLength(2);
    expect(faults.join()).not.toContain('hush');
  });

  test.each(['me:hush@a.example', 'me:hu@sh@a.example', 'me:hu/sh@a.example', 'hush@a.example'])(
    'show no password in an address, however it is written: %s',
    (host) => {
      const text = `["https://${host}/x","http://b.example:80/@me","ldap://${host}"]`;
      const shown = faultsOf({ URL: text, TOKEN: 'token' }).join();
      expect(shown).not.toMatch(/hu|sh/);
      expect(shown).toContain('http://b.example:80/@me');
    },
  );
});

describe('a secret from a file', () => {
  test('is read without the line break at its end, and its path is told', async () => {
    const path = await file('token', 'from the file\n');
    const { values, files } = readSettings(settings, { URL: url, TOKEN_FILE: path });
    expect(values.TOKEN).toBe('from the file');
    expect(files).toEqual({ TOKEN: path });
  });

  test('gives way to the setting itself', async () => {
    const path = await file('token', 'from the file');
    const env = { URL: url, TOKEN: 'itself', TOKEN_FILE: path };
    expect(readSettings(settings, env)).toMatchObject({ values: { TOKEN: 'itself' }, files: {} });
  });

  test('that is missing or empty is a fault with its path', async () => {
    for (const path of [join(folder, 'missing'), await file('empty', '\n')]) {
      expect(faultsOf({ URL: url, TOKEN_FILE: path })).toEqual([
        `TOKEN_FILE is "${path}", which cannot be read or is empty.`,
      ]);
    }
  });

  test('is warned about when everybody on the machine can read it', async () => {
    const path = await file('closed', 'from the file');
    const env = { URL: url, TOKEN_FILE: path };
    expect(readSettings(settings, env).warnings).toEqual([]);
    await chmod(path, 0o604);
    expect(readSettings(settings, env).warnings).toEqual([
      `TOKEN_FILE is "${path}", which everybody on this machine can read: chmod o-r.`,
    ]);
  });

  test('is possible only for secrets', async () => {
    const path = await file('name', 'from the file');
    expect(readSettings(settings, { URL: url, NAME_FILE: path }).values.NAME).toBeUndefined();
  });
});

test('a setting can say what is wrong with a text', () => {
  const faults = (text: string) => (text.length > 2 ? ['is long.', 'ends too late.'] : []);
  const list = { NAMES: setting('a list', kind.matching(/^\[\]$/), { faults }) };
  expect(() => readSettings(list, { NAMES: '[ ]' })).toThrow(/- NAMES is long.\n.*NAMES ends too/);
  expect(() => readSettings(list, { NAMES: 'x' })).toThrow('NAMES is "x". It must be a list.');
  expect(readSettings(list, { NAMES: '[]' }).values).toEqual({ NAMES: '[]' });
});

test('a correct value that a setting doubts is a warning', () => {
  const doubt = (text: string) => (text === 'admin' ? 'is what everybody tries.' : undefined);
  const doubting = { NAME: setting('a name', kind.text, { doubt }) };
  expect(readSettings(doubting, { NAME: 'admin' })).toMatchObject({
    values: { NAME: 'admin' },
    warnings: ['NAME is what everybody tries.'],
  });
  expect(readSettings(doubting, { NAME: 'ada' }).warnings).toEqual([]);
});

describe('the kind', () => {
  const kinds: [string, (text: string) => unknown, Record<string, unknown>][] = [
    ['boolean', kind.boolean, { true: true, Yes: true, 0: false, maybe: undefined }],
    ['oneOf', kind.oneOf('a', 'b'), { a: 'a', c: undefined }],
    ['matching', kind.matching(/^a+$/), { aa: 'aa', b: undefined }],
    ['integer', kind.integer(1, 9), { 1: 1, 9: 9, 10: undefined, '1.5': undefined, '': undefined }],
    ['address', kind.address, { [`${url}/x/`]: `${url}/x`, [`${url}?a`]: undefined, x: undefined }],
    ['link', kind.link, { 'mailto:a@b.c': 'mailto:a@b.c', 'javascript:a': undefined }],
    [
      'headers',
      kind.headers,
      { '{"X-A":"b"}': { 'X-A': 'b' }, '{"X A":"b"}': undefined, '[': undefined },
    ],
    ['secrets', kind.secrets, { ['a'.repeat(32)]: ['a'.repeat(32)], short: undefined }],
    [
      'trustProxy',
      kind.trustProxy,
      { 2: 2, '10.0.0.0/8': ['10.0.0.0/8'], '10.0.0.0/33': undefined },
    ],
    ['readable', kind.readable, { '/no/such/file': undefined }],
  ];

  test.each(kinds)('%s reads its values and refuses others', (_name, read, cases) => {
    for (const [text, value] of Object.entries(cases))
      expect([text, read(text)]).toEqual([text, value]);
  });

  test('baseUrl allows http only on this machine', () => {
    expect(kind.baseUrl(`${url}/auth/`)).toMatchObject({ href: `${url}/auth`, path: '/auth' });
    expect(kind.baseUrl('http://localhost:3000')).toMatchObject({
      isLoopback: true,
      isSecure: false,
    });
    expect(kind.baseUrl('http://a.example')).toBeUndefined();
  });
});
