/** The logos of checked clients: fetched and served by us, at addresses that only we can make. */
import { request as httpRequest, type IncomingHttpHeaders } from 'node:http';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { createSealer } from '../../src/challenge/sealer.ts';
import { startAdminStub, type AdminStub } from '../support/admin-stub.ts';
import { cookieSecret, startApp, type TestApp } from '../support/app.ts';
import { until } from '../support/until.ts';

const png = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNgAAAAAgABSK+kcQAAAABJRU5ErkJggg==',
  'base64',
);
const svg = '<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>';

let stub: AdminStub;
let makers: Server;
/** The website of the makers of an app. */
let site: string;
let asked: string[];
let isGone: boolean;

beforeAll(async () => {
  stub = await startAdminStub();
  makers = createServer((req, res) => {
    asked.push(req.url ?? '');
    if (isGone) return res.writeHead(503).end();
    return res.end(req.url?.endsWith('.svg') ? svg : png);
  });
  await new Promise<void>((resolve) => makers.listen(0, '127.0.0.1', resolve));
  site = `http://localhost:${(makers.address() as AddressInfo).port}`;
});
beforeEach(() => {
  asked = [];
  isGone = false;
});
afterAll(async () => {
  makers.close().closeAllConnections();
  await stub.close();
});

const warnings = { LOG_LEVEL: 'warn' };

/** The address that a page has, once the logo is there. */
async function addressOf({ parts }: TestApp, logo_uri: string): Promise<string> {
  await until(() => parts.clientLogos.addressFor({ logo_uri }));
  return parts.clientLogos.addressFor({ logo_uri })!;
}

interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  body: Buffer;
}

/** As a browser fetches a picture. */
function get({ url }: TestApp, path: string, headers = {}, method = 'GET'): Promise<Answer> {
  const { hostname, port } = new URL(url);
  const asking = { 'Sec-Fetch-Dest': 'image', Accept: 'image/*', ...headers };
  return new Promise((resolve, reject) => {
    httpRequest({ hostname, port, path, method, headers: asking }, (res) => {
      const parts: Buffer[] = [];
      res.on('data', (part: Buffer) => parts.push(part));
      res.on('end', () => {
        const { statusCode: status = 0, headers: got } = res;
        resolve({ status, headers: got, body: Buffer.concat(parts) });
      });
    })
      .on('error', reject)
      .end();
  });
}

describe('a logo', () => {
  test('is fetched in the background, and has an address when it is there', async () => {
    const app = await startApp(stub);
    const client = { logo_uri: `${site}/logo.png?token=secret` };
    expect(app.parts.clientLogos.addressFor(client)).toBeUndefined();
    const address = await addressOf(app, client.logo_uri);
    expect(address).toMatch(/^\/client-logo\/[\w.-]+$/);
    expect(app.parts.clientLogos.addressFor(client)).toBe(address);
    const { status, headers, body } = await get(app, address);
    expect([status, headers['content-type'], body]).toEqual([200, 'image/png', png]);
    expect(asked).toEqual(['/logo.png?token=secret']);
  });

  test('can do nothing, whatever it is', async () => {
    const app = await startApp(stub);
    const address = await addressOf(app, `${site}/logo.svg`);
    const { headers, body } = await get(app, address, { 'Sec-Fetch-Dest': 'document' });
    expect(body.toString()).toBe(svg);
    expect(headers).toMatchObject({
      'content-type': 'image/svg+xml; charset=utf-8',
      'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'; sandbox",
      'content-disposition': 'inline',
      'x-content-type-options': 'nosniff',
      'cross-origin-resource-policy': 'same-origin',
      'x-frame-options': 'DENY',
      'cache-control': 'public, max-age=86400',
    });
    expect(headers['set-cookie']).toBeUndefined();
  });

  test('may be asked for on a guess, or for its head alone', async () => {
    const app = await startApp(stub);
    const address = await addressOf(app, `${site}/logo.png`);
    expect((await get(app, address, { 'Sec-Purpose': 'prefetch' })).status).toBe(200);
    const head = await get(app, address, {}, 'HEAD');
    expect([head.status, head.body.length]).toEqual([200, 0]);
    expect(head.headers['content-length']).toBe(String(png.length));
  });

  test('is served below the path of BASE_URL', async () => {
    const app = await startApp(stub, { BASE_URL: 'http://127.0.0.1:{port}/auth(1)' });
    const address = await addressOf(app, `${site}/logo.png`);
    expect(address).toMatch(/^\/auth\(1\)\/client-logo\//);
    expect((await get(app, address)).status).toBe(200);
    expect((await get(app, address.replace('/auth(1)', ''))).status).toBe(404);
  });

  test('is served by an instance that has not got it, with another secret in front', async () => {
    const address = await addressOf(await startApp(stub), `${site}/logo.png`);
    asked = [];
    const secrets = { COOKIE_SECRET: `a-newer-secret-of-the-tests-0123456789-abc,${cookieSecret}` };
    const other = await startApp(stub, secrets);
    expect((await get(other, address)).body).toEqual(png);
    expect((await get(other, address)).body).toEqual(png);
    expect(asked).toEqual(['/logo.png']);
    expect(await addressOf(other, `${site}/logo.png`)).not.toBe(address);
  });

  test('that this instance cannot fetch is not there, and the answer is not kept', async () => {
    const address = await addressOf(await startApp(stub), `${site}/logo.png?token=secret`);
    isGone = true;
    const other = await startApp(stub, warnings);
    for (let i = 0; i < 2; i++) {
      const { status, headers, body } = await get(other, address);
      expect([status, headers['cache-control'], body.toString()]).toEqual([
        404,
        'no-store',
        'not found',
      ]);
    }
    expect(asked).toHaveLength(2);
    expect(other.logs).toHaveLength(1);
    const [line] = other.logs;
    expect(line).toMatchObject({ host: new URL(site).host, reason: 'status (503)' });
    expect(JSON.stringify(line)).not.toContain('secret');
  });
});

describe('an address that we did not make', () => {
  test('leads nowhere, and nothing is fetched', async () => {
    const app = await startApp(stub);
    const address = await addressOf(app, `${site}/logo.png`);
    const [mark = '', text = ''] = address.replace('/client-logo/', '').split('.');
    const other = Buffer.from(JSON.stringify({ logo: `${site}/other.png` })).toString('base64url');
    const sealed = { logo: `${site}/other.png` };
    const forged = [
      `${mark}.${other}`,
      `${mark.slice(1)}.${text}`,
      `${mark}.${text}A`,
      `.${text}`,
      mark,
      'x',
      'x.y.z',
      '%zz',
      '%2e%2e%2f',
      'x'.repeat(10_000),
      createSealer(['another secret of 32 characters or more'], 'client logo').seal(sealed),
      createSealer([cookieSecret], 'form').seal(sealed),
    ];
    asked = [];
    for (const seal of forged) {
      const { status, headers } = await get(app, `/client-logo/${seal}`);
      expect([seal, status]).toEqual([seal, 404]);
      expect(headers['cache-control']).toBe('no-store');
    }
    expect(asked).toEqual([]);
  });
});

describe('no logo is fetched', () => {
  test('with CLIENT_LOGOS=off, not even at a good address', async () => {
    const address = await addressOf(await startApp(stub), `${site}/logo.png`);
    asked = [];
    const app = await startApp(stub, { CLIENT_LOGOS: 'off' });
    expect(app.parts.clientLogos.addressFor({ logo_uri: `${site}/logo.png` })).toBeUndefined();
    expect((await get(app, address)).status).toBe(404);
    expect(asked).toEqual([]);
  });

  test('for a client without one', async () => {
    const app = await startApp(stub, warnings);
    for (const logo_uri of [undefined, '']) {
      expect(app.parts.clientLogos.addressFor({ logo_uri })).toBeUndefined();
    }
    expect(app.logs).toEqual([]);
  });

  test('from this machine, unless we are on it', async () => {
    const settings = { BASE_URL: 'https://login.example.org', TRUST_PROXY: '1' };
    const app = await startApp(stub, { ...settings, ...warnings });
    const refused: [logo: string, host: string | undefined, reason: string][] = [
      [`${site}/logo.png`, new URL(site).host, 'address'],
      ['https://127.0.0.1/logo.png', '127.0.0.1', 'private_address'],
      ['https://169.254.169.254/latest', '169.254.169.254', 'private_address'],
      ['/logo.png', undefined, 'address'],
    ];
    for (const [logo_uri, host, reason] of refused) {
      app.logs.length = 0;
      expect(app.parts.clientLogos.addressFor({ logo_uri })).toBeUndefined();
      await until(() => app.logs.length > 0);
      expect(app.logs[0]).toMatchObject({ reason, ...(host && { host }) });
    }
    expect(asked).toEqual([]);
  });
});
