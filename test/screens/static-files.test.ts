/** Whatever lies in `public/` is served, and nothing else. */
import { request as httpRequest, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import express from 'express';
import { afterAll, describe, expect, test } from '@jest/globals';
import { createStaticFiles, type MoreFiles } from '../../src/screens/static-files.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const css = `@font-face { src: url('fonts/serif.woff2'); } ${'a { color: #123456; } '.repeat(40)}`;
const picture = Buffer.from(Array.from({ length: 256 }, (_, at) => at));
const files = {
  'style.css': css,
  'logo.svg': '<svg xmlns="http://www.w3.org/2000/svg"/>',
  'fonts/serif.woff2': picture,
  'fonts/serif.woff': picture,
  'fonts/serif.ttf': picture,
  'photo.jpg': picture,
  'photo.JPEG': picture,
  'move.gif': picture,
  'photo.avif': picture,
  'photo.png': picture,
  'photo.webp': picture,
  'favicon.ico': picture,
  'app.webmanifest': '{"name":"x"}',
  'robots.txt': 'User-agent: *',
  'script.js': 'const a = 1;',
  'deep/er/my photo ü.jpg': picture,
  'no-ending': 'text',
  login: 'not the screen',
  'index.html': 'not the start page',
  'deep/index.html': 'of deep',
  'static/plain.css': 'b{}',
  '.well-known/security.txt': 'Contact: mailto:a@example.org',
  '.well-known/webauthn': '{"origins":[]}',
  '.well-known/.hidden': 'secret',
  '.env': 'secret',
  '.git/config': 'secret',
  'deep/.env': 'secret',
  'deep/.well-known/notes.txt': 'secret',
};
const lastingly = 'public, max-age=31536000, immutable';
const shortly = 'public, max-age=300';
const outside = temporaryFolder({ 'secret.css': 'secret', 'our logo.svg': '<svg/>' });

interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  body: Buffer;
  text: string;
}

interface Site {
  base?: string;
  more?: Partial<MoreFiles>;
}
const noFiles: MoreFiles = { paths: {}, texts: {}, make: () => undefined, samples: [] };

const servers: Server[] = [];
afterAll(() => {
  for (const server of servers) server.close().closeAllConnections();
});

/** An app with two screens, whose headers say that pages are not stored. */
async function start(content: Record<string, string | Buffer>, { base = '', more }: Site = {}) {
  const folder = temporaryFolder(content);
  const { hashedFiles, plainFiles, asset } = createStaticFiles(folder, {
    base,
    ...(more && { more: { ...noFiles, ...more } }),
  });
  const app = express().disable('etag');
  app.use((_req, res, next) => {
    res.setHeader('Cache-Control', 'no-store');
    res.vary('X');
    next();
  });
  app.use(hashedFiles);
  app.get([`${base}/`, `${base}/login`], (_req, res) => void res.send('a screen'));
  app.use(plainFiles);
  app.use((_req, res) => void res.status(404).send('not found'));
  const server = app.listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  servers.push(server);
  const { port } = server.address() as AddressInfo;

  /** By hand: other clients decode bodies, and put addresses in order before they send them. */
  function get(path: string, headers: Record<string, string> = {}, method = 'GET') {
    return new Promise<Answer>((resolve, reject) => {
      const sending = httpRequest({ port, path, method, headers, host: '127.0.0.1' }, (res) => {
        const chunks: Buffer[] = [];
        res.on('data', (chunk: Buffer) => chunks.push(chunk));
        res.on('end', () => {
          const { statusCode: status = 0, headers: got } = res;
          const body = Buffer.concat(chunks);
          resolve({ status, headers: got, body, text: body.toString() });
        });
      });
      sending.on('error', reject).end();
    });
  }
  return { folder, asset, get };
}

const site = await start(files);

describe('every file is served', () => {
  const types: [name: string, type: string][] = [
    ['style.css', 'text/css; charset=utf-8'],
    ['script.js', 'text/javascript; charset=utf-8'],
    ['logo.svg', 'image/svg+xml'],
    ['fonts/serif.woff2', 'font/woff2'],
    ['fonts/serif.woff', 'font/woff'],
    ['fonts/serif.ttf', 'font/ttf'],
    ['photo.jpg', 'image/jpeg'],
    ['photo.JPEG', 'image/jpeg'],
    ['move.gif', 'image/gif'],
    ['photo.avif', 'image/avif'],
    ['photo.png', 'image/png'],
    ['photo.webp', 'image/webp'],
    ['app.webmanifest', 'application/manifest+json; charset=utf-8'],
    ['robots.txt', 'text/plain; charset=utf-8'],
    ['deep/er/my photo ü.jpg', 'image/jpeg'],
    ['deep/index.html', 'text/html; charset=utf-8'],
    ['no-ending', 'application/octet-stream'],
    ['.well-known/security.txt', 'text/plain; charset=utf-8'],
    ['.well-known/webauthn', 'application/json; charset=utf-8'],
    ['static/plain.css', 'text/css; charset=utf-8'],
  ];

  test.each(types)('%s', async (name, type) => {
    const content = Buffer.from(files[name as keyof typeof files]);
    const plain = await site.get(`/${encodeURI(name)}`);
    expect([plain.status, plain.headers['content-type']]).toEqual([200, type]);
    expect(plain.body).toEqual(content);
    expect(plain.headers['cache-control']).toBe('public, max-age=300');
    const hashed = await site.get(site.asset(name));
    expect([hashed.status, hashed.headers['content-type']]).toEqual([200, type]);
    expect(hashed.body).toEqual(content);
    expect(hashed.headers['cache-control']).toBe('public, max-age=31536000, immutable');
  });

  test('also when it was put there after the start', async () => {
    const own = await start({ '.well-known/security.txt': 'x' });
    writeFileSync(join(own.folder, '.well-known', 'token'), 'new');
    expect((await own.get('/.well-known/token')).text).toBe('new');
  });

  test('below the path of the public address', async () => {
    const own = await start(files, { base: '/auth' });
    expect(own.asset('fonts/serif.woff2')).toMatch(/^\/auth\/static\/[\da-f]{12}\/fonts\/serif\./);
    for (const path of [own.asset('style.css'), '/auth/style.css', '/auth/.well-known/webauthn']) {
      expect((await own.get(path)).status).toBe(200);
    }
    expect((await own.get('/style.css')).status).toBe(404);
    expect((await own.get('/auth/login')).text).toBe('a screen');
  });

  test('unless a screen has the same address', async () => {
    expect((await site.get('/login')).text).toBe('a screen');
    expect((await site.get('/')).text).toBe('a screen');
    expect((await site.get('/index.html')).text).toBe('not the start page');
  });
});

describe('the hash in an address', () => {
  test('changes with the content of any file, and with nothing else', async () => {
    const [one, same, other] = [
      await start({ 'a.css': 'a', 'b/c.css': 'c' }),
      await start({ 'b/c.css': 'c', 'a.css': 'a', '.env': 'x' }),
      await start({ 'a.css': 'a', 'b/c.css': 'd' }),
    ];
    expect(one.asset('a.css')).toBe(same.asset('a.css'));
    expect(one.asset('a.css')).not.toBe(other.asset('a.css'));
  });

  test('holds for what a style sheet names by a relative address', async () => {
    const style = new URL(site.asset('style.css'), 'http://x/');
    const font = await site.get(new URL('fonts/serif.woff2', style).pathname);
    expect(font.body).toEqual(picture);
    expect(font.headers['cache-control']).toContain('immutable');
  });

  test('may be that of another release: today’s file is served, and nobody may keep it', async () => {
    for (const name of ['style.css', 'fonts/serif.woff2']) {
      const answer = await site.get(`/static/0123456789ab/${name}`, { 'Accept-Encoding': 'br' });
      expect(answer.status).toBe(200);
      expect(answer.headers['cache-control']).toBe('no-store');
    }
    expect((await site.get('/static/0123456789ab/gone.css')).status).toBe(404);
    expect((await site.get('/static/0123456789abc/style.css')).status).toBe(404);
  });

  test.each(['br', 'identity'])(
    'does not speak for a file that was changed since (%s)',
    async (coding) => {
      const own = await start({ 'a.css': 'a{}', 'a.png': 'a' });
      for (const name of ['a.css', 'a.png']) {
        const get = () => own.get(own.asset(name), { 'Accept-Encoding': coding });
        expect((await get()).headers['cache-control']).toBe(lastingly);
        const address = own.asset(name);
        writeFileSync(join(own.folder, name), 'b{}');
        utimesSync(join(own.folder, name), new Date(), new Date(Date.now() + 5_000));
        const answer = await own.get(address, { 'Accept-Encoding': coding });
        expect([answer.status, answer.headers['cache-control']]).toEqual([200, 'no-store']);
      }
    },
  );

  test.each(['br', 'identity'])(
    'is part of the ETag: two releases may differ in nothing else (%s)',
    async (coding) => {
      const at = new Date(1_000_000_000_000); // as images have it that are built reproducibly
      const [one, other] = [await start({ 'a.css': 'a{}' }), await start({ 'a.css': 'b{}' })];
      for (const { folder } of [one, other]) utimesSync(join(folder, 'a.css'), at, at);
      const { etag } = (await one.get('/a.css', { 'Accept-Encoding': coding })).headers;
      const headers = { 'Accept-Encoding': coding, 'If-None-Match': etag! };
      expect((await one.get('/a.css', headers)).status).toBe(304);
      expect((await other.get('/a.css', headers)).status).toBe(200);
    },
  );

  test('is never given to a file that is not there', () => {
    for (const name of ['gone.css', '.env', '../package.json', 'deep', '__proto__', '/style.css']) {
      expect(() => site.asset(name)).toThrow(`There is no file "${name}"`);
    }
  });
});

describe('text is sent as the browser takes it', () => {
  const read = { br: brotliDecompressSync, gzip: gunzipSync, plain: (body: Buffer) => body };

  test.each([
    ['br, gzip', 'br'],
    ['gzip, deflate, br', 'br'],
    ['gzip', 'gzip'],
    ['*', 'br'],
    ['br;q=0, gzip;q=0.5', 'gzip'],
    ['identity', undefined],
    ['gzip;q=0', undefined],
    ['', undefined],
    ['nonsense;;;q=x,,', undefined],
  ])('%j', async (accepted, coding) => {
    for (const path of [site.asset('style.css'), '/style.css']) {
      const answer = await site.get(path, accepted ? { 'Accept-Encoding': accepted } : {});
      expect(answer.headers['content-encoding']).toBe(coding);
      expect(answer.headers.vary).toBe('X, Accept-Encoding');
      expect(answer.headers['content-length']).toBe(String(answer.body.length));
      expect(read[(coding ?? 'plain') as keyof typeof read](answer.body).toString()).toBe(css);
    }
  });

  test('but pictures and fonts always as they are', async () => {
    for (const name of ['photo.jpg', 'fonts/serif.woff2']) {
      const answer = await site.get(site.asset(name), { 'Accept-Encoding': 'br, gzip' });
      expect(answer.headers['content-encoding']).toBeUndefined();
      expect(answer.body).toEqual(picture);
    }
  });

  test('and anew when the file has changed', async () => {
    const own = await start({ 'a.txt': 'one' });
    const accept = { 'Accept-Encoding': 'gzip' };
    expect(gunzipSync((await own.get('/a.txt', accept)).body).toString()).toBe('one');
    writeFileSync(join(own.folder, 'a.txt'), 'two');
    utimesSync(join(own.folder, 'a.txt'), new Date(), new Date(Date.now() + 5_000));
    expect(gunzipSync((await own.get('/a.txt', accept)).body).toString()).toBe('two');
    rmSync(join(own.folder, 'a.txt'));
    expect((await own.get('/a.txt', accept)).status).toBe(404);
  });
});

describe('a request', () => {
  test.each([['br'], ['identity']])('may ask whether a file has changed (%s)', async (accepted) => {
    const headers = { 'Accept-Encoding': accepted };
    const { headers: first } = await site.get('/style.css', headers);
    const again = await site.get('/style.css', { ...headers, 'If-None-Match': first.etag! });
    expect([again.status, again.body.length]).toEqual([304, 0]);
    expect(again.headers['cache-control']).toBe('public, max-age=300');
    const since = { 'If-Modified-Since': first['last-modified']! };
    expect((await site.get('/style.css', { ...headers, ...since })).status).toBe(304);
    const other = await site.get('/style.css', { ...headers, 'If-None-Match': '"other"' });
    expect(other.status).toBe(200);
  });

  test.each([['br'], ['identity']])('may ask for the head alone (%s)', async (accepted) => {
    const headers = { 'Accept-Encoding': accepted };
    const [head, whole] = [
      await site.get('/style.css', headers, 'HEAD'),
      await site.get('/style.css', headers),
    ];
    expect([head.status, head.body.length]).toEqual([200, 0]);
    expect(head.headers['content-length']).toBe(String(whole.body.length));
  });

  test('may ask for a part', async () => {
    for (const path of ['/photo.jpg', site.asset('photo.jpg')]) {
      const part = await site.get(path, { Range: 'bytes=2-4', 'Accept-Encoding': 'br' });
      expect([part.status, [...part.body]]).toEqual([206, [2, 3, 4]]);
      expect(part.headers['content-range']).toBe('bytes 2-4/256');
    }
    const text = await site.get('/style.css', { Range: 'bytes=0-9', 'Accept-Encoding': 'br' });
    expect([text.status, text.text]).toEqual([206, css.slice(0, 10)]);
  });

  test('for a part that is not there is refused, and the refusal is not kept', async () => {
    for (const name of ['photo.jpg', 'style.css']) {
      const beyond = await site.get(site.asset(name), { Range: 'bytes=99999-' });
      expect([beyond.status, beyond.body.length]).toEqual([416, 0]);
      expect(beyond.headers['content-range']).toMatch(/^bytes \*\/\d+$/);
      expect(beyond.headers['cache-control']).toBe('no-store');
      expect(beyond.headers.etag).toBeUndefined();
    }
    const other = await site.get(site.asset('photo.jpg'), { 'If-Match': '"other"' });
    expect([other.status, other.headers['cache-control']]).toEqual([412, 'no-store']);
  });

  test.each(['POST', 'PUT', 'DELETE', 'PATCH'])('by %s finds no file', async (method) => {
    for (const path of ['/style.css', site.asset('style.css'), '/photo.jpg']) {
      expect((await site.get(path, {}, method)).status).toBe(404);
    }
  });

  const hidden = [
    '/.env',
    '/%2eenv',
    '/.git/config',
    '/deep/.env',
    '/deep/.well-known/notes.txt',
    '/.well-known/.hidden',
    '/.well-known/../.env',
    '/.well-known/%2e%2e/.env',
    '/.well-known',
    '/.well-known/',
  ];
  const beyond = [
    '/../secret.css',
    '/..%2fsecret.css',
    '/%2e%2e/secret.css',
    '/%2e%2e%2fsecret.css',
    '/deep/../../secret.css',
    '/..\\secret.css',
    '/..%5csecret.css',
    '//etc/passwd',
    '/%00',
    '/style.css%00.png',
    '/%zz',
    '/%',
    '/%c3%28',
    '/style.css/',
    '/deep',
    '/deep/',
    '/fonts',
    `/${'x'.repeat(5_000)}`,
  ];

  test.each([...hidden, ...beyond])('for %j finds nothing', async (path) => {
    for (const prefix of ['', '/static/0123456789ab', site.asset('style.css').slice(0, -10)]) {
      const answer = await site.get(prefix + path, { 'Accept-Encoding': 'br' });
      expect([prefix, answer.status, answer.text]).toEqual([prefix, 404, 'not found']);
      expect(answer.headers['cache-control']).toBe('no-store');
    }
  });
});

describe('a file from elsewhere, such as a logo', () => {
  const paths = { 'brand-logo.svg': join(outside, 'our logo.svg') };

  test('is served by its name; nothing beside it is', async () => {
    const own = await start({ 'style.css': 'a{}' }, { base: '/auth', more: { paths } });
    const address = own.asset('brand-logo.svg');
    expect(address).toMatch(/^\/auth\/static\/[\da-f]{12}\/brand-logo\.svg$/);
    for (const accepted of ['br', 'identity']) {
      const answer = await own.get(address, { 'Accept-Encoding': accepted });
      expect([answer.status, answer.headers['content-type']]).toEqual([200, 'image/svg+xml']);
      expect(answer.headers['cache-control']).toContain('immutable');
      expect(answer.headers['content-encoding']).toBe(accepted === 'br' ? 'br' : undefined);
    }
    expect((await own.get('/auth/secret.css')).status).toBe(404);
  });

  test('changes the hash, and wins over a file of the same name', async () => {
    const inFolder = { 'brand-logo.svg': '<svg id="2"/>' };
    const without = await start(inFolder);
    const own = await start(inFolder, { more: { paths } });
    expect(own.asset('brand-logo.svg')).not.toBe(without.asset('brand-logo.svg'));
    expect((await own.get(own.asset('brand-logo.svg'))).text).toBe('<svg/>');
  });
});

describe('a text that is in no file', () => {
  const texts = { 'made.css': 'a{}', 'made.webmanifest': '{}' };

  test.each([
    ['made.css', 'a{}', 'text/css; charset=utf-8'],
    ['made.webmanifest', '{}', 'application/manifest+json; charset=utf-8'],
  ])('is served like one: %s', async (name, text, type) => {
    const own = await start({ 'made.css': 'in the folder' }, { more: { texts } });
    const cached = { [own.asset(name)]: lastingly, [`/static/000000000000/${name}`]: 'no-store' };
    for (const [path, kept] of Object.entries({ ...cached, [`/${name}`]: shortly })) {
      const answer = await own.get(path, { 'Accept-Encoding': 'br' });
      expect([path, answer.status, answer.text]).toEqual([path, 200, text]);
      expect(answer.headers).toMatchObject({ 'content-type': type, 'cache-control': kept });
      const head = await own.get(path, {}, 'HEAD');
      expect([head.status, head.headers['content-length'], head.text]).toEqual([
        200,
        String(text.length),
        '',
      ]);
      expect((await own.get(path, {}, 'POST')).status).toBe(404);
    }
  });

  test('changes the hash with its content', async () => {
    const [none, one, other] = [
      await start({ 'x.css': '' }),
      await start({ 'x.css': '' }, { more: { texts } }),
      await start({ 'x.css': '' }, { more: { texts: { ...texts, 'made.css': 'b{}' } } }),
    ];
    const addresses = [none, one, other].map(({ asset }) => asset('x.css'));
    expect(new Set(addresses).size).toBe(3);
  });

  test('may be made from its name', async () => {
    const make = (name: string) => (/^n\/\d\.css$/.test(name) ? `/* ${name} */` : undefined);
    const more = { make, samples: ['n/1.css'] };
    const own = await start({ 'x.css': '' }, { base: '/auth', more });
    const answer = await own.get(own.asset('n/7.css'));
    expect([answer.text, answer.headers['cache-control']]).toEqual(['/* n/7.css */', lastingly]);
    for (const name of ['n/77.css', 'n/7.css/', 'n/%37.css', 'constructor', '__proto__']) {
      expect((await own.get(own.asset('x.css').replace('x.css', name))).status).toBe(404);
      expect(() => own.asset(name)).toThrow('There is no file');
    }
    const changed = await start({ 'x.css': '' }, { more: { ...more, make: () => 'other' } });
    expect(`/auth${changed.asset('x.css')}`).not.toBe(own.asset('x.css'));
  });
});

test('files that are links, as in a mounted volume, are served', async () => {
  const own = await start({ '..data/mounted.css': 'm{}', 'style.css': 'a{}' });
  symlinkSync(join(own.folder, '..data', 'mounted.css'), join(own.folder, 'mounted.css'));
  symlinkSync(join(own.folder, 'gone.css'), join(own.folder, 'dangling.css'));
  const { asset } = createStaticFiles(own.folder, { base: '' });
  expect(asset('mounted.css')).toContain('/mounted.css');
  expect((await own.get('/mounted.css')).text).toBe('m{}');
  expect((await own.get('/..data/mounted.css')).status).toBe(404);
});
