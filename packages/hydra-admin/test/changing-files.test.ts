/** Tokens and certificates from files that change while the client runs. */
import { mkdir, mkdtemp, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import tls from 'node:tls';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { readSettings, SettingsError } from '@portico/settings';
import { certificatesIn, withUsual } from '../src/certificates.ts';
import { createHydra } from '../src/client.ts';
import type { HydraConfig } from '../src/hydra-config.ts';
import { hydraConfigOf, hydraSettings } from '../src/settings.ts';
import {
  certificate,
  closeAll,
  configFor,
  json,
  nextCertificate,
  startAdminApi,
  transports,
  type Reply,
} from './admin-api.ts';

/** Longer than the client waits until it reads a file again. */
const aMomentMs = 1_100;

let folder: string;
let count = 0;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hydra-admin-'));
});

afterAll(async () => {
  await closeAll();
  await rm(folder, { recursive: true });
});

/** Replaces a file as careful programs do: nobody ever sees half of it. */
async function replace(path: string, content: string): Promise<void> {
  await writeFile(`${path}.new`, content);
  await rename(`${path}.new`, path);
}

async function newFile(content: string): Promise<string> {
  const path = join(folder, `file-${count++}`);
  await writeFile(path, content);
  return path;
}

/** Lets in only those who bring one of these tokens. */
const gateway =
  (...tokens: string[]): Reply =>
  ({ headers }, res) => {
    const isIn = tokens.some((token) => headers.authorization === `Bearer ${token}`);
    if (isIn) json(res, { redirect_to: 'https://a.example/', version: 'v26.2.0' });
    else json(res, { error: { code: 401, message: String(headers.authorization) } }, 401);
  };

describe.each(transports)('sending by %s', (transport) => {
  async function start(reply: Reply, more: Partial<HydraConfig>, isTls = false) {
    const api = await startAdminApi(reply, isTls ? { tls: certificate } : {});
    const warnings: string[] = [];
    const config = configFor(api, { transport, version: '26.2', ...more });
    const hydra = createHydra(config, undefined, (sentence) => warnings.push(sentence));
    const tokens = () => api.heard.map(({ headers }) => headers.authorization?.slice(7));
    return { api, hydra, tokens, warnings };
  }

  test('a new token is used as soon as the old one is refused, for a PUT too', async () => {
    const file = await newFile('one\n');
    const { api, hydra, tokens } = await start(gateway('one'), { token: { file } });
    await hydra.server.version();
    api.reply = gateway('two');
    await replace(file, 'two\n');
    await expect(hydra.login.accept('c', { subject: 's' })).resolves.toBe('https://a.example/');
    await hydra.server.version();
    expect(tokens()).toEqual(['one', 'one', 'two', 'two']);
    await hydra.close();
  });

  test('calls at the same time are all sent again with the new token', async () => {
    const file = await newFile('one');
    const { hydra } = await start(gateway('two'), { token: { file } });
    await replace(file, 'two');
    const calls = Array.from({ length: 5 }, async () => hydra.server.version());
    await expect(Promise.all(calls)).resolves.toHaveLength(5);
    await hydra.close();
  });

  test('a new token is used within a moment, although the old one still serves', async () => {
    const file = await newFile('one');
    const { hydra, tokens } = await start(gateway('one', 'two'), { token: { file } });
    await replace(file, 'two');
    await pause(aMomentMs);
    await hydra.server.version();
    expect(tokens()).toEqual(['two']);
    await hydra.close();
  });

  test('a token behind symbolic links, as Kubernetes mounts it, is followed', async () => {
    const mount = join(folder, `mount-${count++}`);
    for (const [name, token] of [
      ['first', 'one'],
      ['second', 'two'],
    ] as const) {
      await mkdir(join(mount, name), { recursive: true });
      await writeFile(join(mount, name, 'token'), token);
    }
    await symlink('first', join(mount, '..data'));
    await symlink(join('..data', 'token'), join(mount, 'token'));
    const token = { file: join(mount, 'token') };
    const { api, hydra, tokens } = await start(gateway('one'), { token });
    await hydra.server.version();
    await symlink('second', join(mount, '..data_new'));
    await rename(join(mount, '..data_new'), join(mount, '..data'));
    api.reply = gateway('two');
    await hydra.server.version();
    expect(tokens()).toEqual(['one', 'one', 'two']);
    await hydra.close();
  });

  test('a refused call is not repeated when the token is still the same', async () => {
    const file = await newFile('one');
    const { api, hydra } = await start(gateway('two'), { token: { file } });
    await expect(hydra.server.version()).rejects.toMatchObject({ kind: 'refused', status: 401 });
    expect(api.heard).toHaveLength(1);
    await hydra.close();
  });

  test('the last good token stays in use while the file is bad, and that is said once', async () => {
    const file = await newFile('one');
    const { api, hydra, tokens, warnings } = await start(gateway('one'), { token: { file } });
    await rm(file);
    await pause(aMomentMs);
    await hydra.server.version();
    api.reply = gateway('two');
    await expect(hydra.server.version()).rejects.toMatchObject({ kind: 'refused' });
    expect(warnings).toEqual([
      `The file ${file} cannot be read (ENOENT). What it held before stays in use.`,
    ]);
    await replace(file, 'two');
    await hydra.server.version();
    await replace(file, 'secret\nin two lines');
    api.reply = gateway('three');
    await expect(hydra.server.version()).rejects.toMatchObject({ kind: 'refused' });
    expect(tokens()).toEqual(['one', 'one', 'one', 'two', 'two']);
    expect(warnings[1]).toMatch(/cannot be used: it is not a token in one line\. What it held/);
    expect(warnings).toHaveLength(2);
    expect(warnings.join()).not.toContain('secret');
    await hydra.close();
  });

  test('neither the new token nor the old one gets into an error', async () => {
    const file = await newFile('token-one');
    const { api, hydra } = await start(gateway('token-one'), { token: { file } });
    await replace(file, 'token-two');
    api.reply = ({ headers }, res) =>
      json(res, { error: 'no', error_description: `${headers.authorization} token-one` }, 403);
    const error: unknown = await hydra.login.get('c').catch((fault: unknown) => fault);
    expect(error).toMatchObject({ kind: 'refused', message: 'login.get: 403 refused' });
    await hydra.close();
  });

  test('calls under way end on their old connections', async () => {
    const file = await newFile('one');
    let answer = () => {};
    const { api, hydra } = await start(
      (_heard, res) => {
        answer = () => json(res, { version: 'v1' });
      },
      { token: { file } },
    );
    const slow = hydra.server.version();
    while (api.heard.length === 0) await pause(5);
    api.reply = gateway('two');
    await replace(file, 'two');
    await pause(aMomentMs);
    await expect(hydra.server.version()).resolves.toBe('v26.2.0');
    answer();
    await expect(slow).resolves.toBe('v1');
    await hydra.close();
  });

  test('a new certificate is trusted as soon as the old one fails, for a PUT too', async () => {
    const file = await newFile(certificate.cert);
    const { api, hydra } = await start(gateway('t'), { ca: { file }, token: 't' }, true);
    await hydra.server.version();
    await api.close();
    await replace(file, nextCertificate.cert);
    const port = Number(new URL(api.url).port);
    const next = await startAdminApi(gateway('t'), { tls: nextCertificate, port });
    await expect(hydra.login.accept('c', { subject: 's' })).resolves.toBe('https://a.example/');
    await expect(hydra.server.version()).resolves.toBe('v26.2.0');
    expect(next.heard).toHaveLength(2);
    await hydra.close();
  });

  test('the last good certificates stay trusted while their file is bad', async () => {
    const file = await newFile(certificate.cert);
    const { hydra, warnings } = await start(gateway('t'), { ca: { file }, token: 't' }, true);
    await replace(file, 'no certificate');
    await pause(aMomentMs);
    await expect(hydra.server.version()).resolves.toBe('v26.2.0');
    expect(warnings).toEqual([expect.stringContaining('it holds no certificate in PEM')]);
    await hydra.close();
  });

  test('a server that is not trusted is not sent anything', async () => {
    const file = await newFile(nextCertificate.cert);
    const { api, hydra } = await start(gateway('t'), { ca: { file }, token: 't' }, true);
    await expect(hydra.login.accept('c', { subject: 's' })).rejects.toMatchObject({
      kind: 'down',
      mayBeDone: false,
    });
    expect(api.heard).toEqual([]);
    await hydra.close();
  });
});

const brokenPem = '-----BEGIN CERTIFICATE-----\nbm8gY2VydGlmaWNhdGU=\n-----END CERTIFICATE-----\n';

describe('certificates of your own', () => {
  test('are trusted beside the usual ones', () => {
    const trusted = withUsual(certificatesIn(certificate.cert + nextCertificate.cert));
    expect(trusted.slice(-2)).toEqual([certificate.cert.trim(), nextCertificate.cert.trim()]);
    expect(trusted).toEqual(expect.arrayContaining([...tls.rootCertificates]));
  });

  test.each([
    ['no certificate', 'hello'],
    ['nothing', ''],
    ['a key', certificate.key],
    ['a certificate that cannot be read', certificate.cert + brokenPem],
  ])('are a fault of the settings when the file holds %s', async (_what, content) => {
    const HYDRA_ADMIN_CA_FILE = await newFile(content);
    const env = { HYDRA_ADMIN_URL: 'https://a.example', HYDRA_ADMIN_CA_FILE };
    const read = () => readSettings(hydraSettings, env);
    expect(read).toThrow(SettingsError);
    expect(read).toThrow(`HYDRA_ADMIN_CA_FILE is "${HYDRA_ADMIN_CA_FILE}"`);
  });

  test('come from the settings as a file, and so does the token', async () => {
    const [ca, token] = [await newFile(certificate.cert), await newFile('one')];
    const { values, files } = readSettings(hydraSettings, {
      HYDRA_ADMIN_URL: 'https://a.example',
      HYDRA_ADMIN_CA_FILE: ca,
      HYDRA_ADMIN_TOKEN_FILE: token,
    });
    expect(hydraConfigOf(values, files)).toMatchObject({
      ca: { file: ca },
      token: { file: token },
    });
    expect(hydraConfigOf(values)).toMatchObject({ token: 'one' });
  });

  test('and a token that are bad from the start are an error at once', async () => {
    const adminUrl = 'https://a.example';
    const missing = { file: join(folder, 'missing') };
    expect(() => createHydra({ adminUrl, ca: 'hello' })).toThrow('holds no certificate in PEM');
    expect(() => createHydra({ adminUrl, ca: missing })).toThrow('cannot be read (ENOENT)');
    expect(() => createHydra({ adminUrl, token: missing })).toThrow('cannot be read (ENOENT)');
    expect(() => createHydra({ adminUrl, token: 'two\nlines' })).toThrow('not a token in one line');
  });
});
