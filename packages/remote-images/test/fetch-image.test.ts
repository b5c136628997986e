/** Pictures from servers that mean no good. */
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import type { RequestListener, ServerResponse } from 'node:http';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from '@jest/globals';
import type { Target } from '../src/allowed-target.ts';
import { fetchImage, type FetchOptions } from '../src/index.ts';
import { sendRequest } from '../src/send-request.ts';
import { certificate, startHostileServer } from './hostile-server.ts';
import { jpeg, png, svg, webp } from './pictures.ts';

const here = { mayBeLoopback: true };
/** For what never ends by itself. */
const brief = { ...here, timeLimitMs: 300 };

const noted: ServerResponse[] = [];
const answers: Record<string, RequestListener> = {
  '/png': (_req, res) => res.end(png()),
  '/jpeg-as-html': (_req, res) => res.setHeader('Content-Type', 'text/html').end(jpeg),
  '/webp': (_req, res) => res.end(webp.lossy),
  '/svg': (_req, res) => res.end(svg()),
  '/html-as-png': (_req, res) => res.setHeader('Content-Type', 'image/png').end('<!DOCTYPE html>'),
  '/empty': (_req, res) => res.end(),
  '/huge': (_req, res) => res.end(png({ width: 60_000, height: 60_000 })),
  '/moves': (_req, res) => res.end(png({ isAnimated: true })),
  '/gone': (_req, res) => res.writeHead(404).end(png()),
  '/part': (_req, res) => res.writeHead(206).end(png()),
  '/none': (_req, res) => res.writeHead(204).end(),
  '/not-modified': (_req, res) => res.writeHead(304).end(),
  '/silent': () => {},
  '/drip': (_req, res) => drip(res, 'x'),
  '/endless': (_req, res) => flood(res),
  '/long': (_req, res) => res.writeHead(200, { 'Content-Length': '100001' }).flushHeaders(),
  '/largest': (_req, res) => res.end(padded(100_000)),
  '/larger': (_req, res) => res.end(padded(100_001)),
  '/larger-unsaid': (_req, res) => {
    res.write(padded(60_000));
    res.end(padded(60_000));
  },
  '/bomb': (_req, res) =>
    res.setHeader('Content-Encoding', 'gzip').end(gzipSync(Buffer.alloc(50_000_000))),
  '/brotli': (_req, res) => res.setHeader('Content-Encoding', 'br').end(png()),
  '/identity': (_req, res) => res.setHeader('Content-Encoding', 'Identity').end(png()),
  '/cut': (_req, res) => {
    res.writeHead(200, { 'Content-Length': '5000' }).write(png());
    setImmediate(() => res.destroy());
  },
  '/loop': redirect('/loop'),
  '/hops-4': redirect('/hops-3'),
  '/hops-3': redirect('/hops-2', 307),
  '/hops-2': redirect('/hops-1', 303),
  '/hops-1': redirect('png', 301),
  '/to-metadata': redirect('https://169.254.169.254/latest/meta-data/'),
  '/to-private': redirect('https://10.0.0.1/logo.png'),
  '/to-odd-number': redirect('https://2130706434.example@0x0a000001/'),
  '/to-name': redirect('https://intranet.example/logo.png'),
  '/to-http': redirect('http://203.0.113.9/logo.png'),
  '/to-file': redirect('file:///etc/passwd'),
  '/to-data': redirect('data:image/png;base64,AAAA'),
  '/to-nothing': redirect('http://'),
  '/to-nowhere': (_req, res) => res.writeHead(302).end(),
};

function redirect(target: string, status = 302): RequestListener {
  return (_req, res) => res.writeHead(status, { Location: target }).end('x'.repeat(10));
}

function padded(size: number): Buffer {
  return Buffer.concat([png(), Buffer.alloc(size - png().length)]);
}

function drip(res: ServerResponse, text: string): void {
  const timer = setInterval(() => res.write(text), 20);
  res.on('close', () => clearInterval(timer));
}

function flood(res: ServerResponse): void {
  noted.push(res);
  const part = Buffer.alloc(16_384);
  const more = () => {
    while (!res.destroyed && res.write(part));
  };
  res.on('drain', more);
  more();
}

const server = await startHostileServer((req, res) => answers[req.url ?? '']!(req, res));

async function verdictOn(address: string, options: FetchOptions = here): Promise<string> {
  const fetched = await fetchImage(address, options);
  return 'image' in fetched ? fetched.image.type : fetched.fault.message;
}

describe('a picture', () => {
  test.each([
    ['/png', 'image/png'],
    ['/jpeg-as-html', 'image/jpeg'],
    ['/webp', 'image/webp'],
    ['/svg', 'image/svg+xml; charset=utf-8'],
    ['/largest', 'image/png'],
    ['/identity', 'image/png'],
    ['/hops-3', 'image/png'],
  ])('is what its bytes are, at %s', async (path, type) => {
    expect(await verdictOn(`${server.url}${path}`)).toBe(type);
  });

  test('is asked for without a word about who asks', async () => {
    server.asked.length = 0;
    expect(await verdictOn(`${server.url}/png#part`)).toBe('image/png');
    expect(server.asked).toEqual([
      {
        path: '/png',
        method: 'GET',
        headers: {
          accept: expect.stringContaining('image/png'),
          'accept-encoding': 'identity',
          'user-agent': 'remote-images',
          host: `localhost:${server.port}`,
          connection: 'close',
        },
      },
    ]);
  });

  test('may come by https, from whom its certificate names', async () => {
    const secure = await startHostileServer((_req, res) => res.end(png()), { isSecure: true });
    const send = (target: Target, signal: AbortSignal) => sendRequest(target, signal, certificate);
    const trusting = { ...here, send };
    expect(await verdictOn(`${secure.url}/`, trusting)).toBe('image/png');
    expect(await verdictOn(`${secure.url}/`)).toBe('unreachable (DEPTH_ZERO_SELF_SIGNED_CERT)');
    const other = `https://other.localhost:${secure.port}/`;
    expect(await verdictOn(other, trusting)).toBe('unreachable (ERR_TLS_CERT_ALTNAME_INVALID)');
    expect(secure.asked).toHaveLength(1);
  });
});

describe('an answer', () => {
  test.each([
    ['/html-as-png', 'type'],
    ['/empty', 'type'],
    ['/huge', 'dimensions'],
    ['/moves', 'animated'],
    ['/gone', 'status (404)'],
    ['/part', 'status (206)'],
    ['/none', 'status (204)'],
    ['/not-modified', 'status (304)'],
    ['/long', 'too_large'],
    ['/larger', 'too_large'],
    ['/larger-unsaid', 'too_large'],
    ['/bomb', 'encoded'],
    ['/brotli', 'encoded'],
    ['/cut', 'unreachable (ECONNRESET)'],
  ])('at %s is refused: %s', async (path, verdict) => {
    expect(await verdictOn(`${server.url}${path}`)).toBe(verdict);
  });

  test.each(['/silent', '/drip'])('at %s is not waited for', async (path) => {
    expect(await verdictOn(`${server.url}${path}`, brief)).toBe('timeout');
  });

  test('without an end is left', async () => {
    expect(await verdictOn(`${server.url}/endless`)).toBe('too_large');
    const [res] = noted;
    if (!res!.destroyed) await once(res!, 'close');
    expect(res!.destroyed).toBe(true);
  });

  test('with headers that never end is not waited for', async () => {
    const slow = createServer((socket) => {
      socket.on('error', () => {}).write('HTTP/1.1 200 OK\r\n');
      const timer = setInterval(() => socket.write('X: 1\r\n'), 20);
      socket.on('close', () => clearInterval(timer));
    });
    slow.listen(0, '127.0.0.1');
    await once(slow, 'listening');
    const { port } = slow.address() as AddressInfo;
    expect(await verdictOn(`http://127.0.0.1:${port}/`, brief)).toBe('timeout');
    slow.close();
    expect(await verdictOn(`http://127.0.0.1:${port}/`)).toBe('unreachable (ECONNREFUSED)');
  });

  test('of a name server is not waited for', async () => {
    const resolve = (_host: string, signal: AbortSignal) =>
      new Promise<string[]>((done) => signal.addEventListener('abort', () => done([])));
    const verdict = await verdictOn('https://slow.example/', { timeLimitMs: 50, resolve });
    expect(verdict).toBe('timeout');
  });
});

describe('a redirect', () => {
  test.each([
    ['/hops-4', 'redirects'],
    ['/loop', 'redirects'],
    ['/to-nothing', 'redirects'],
    ['/to-nowhere', 'redirects'],
    ['/to-metadata', 'private_address'],
    ['/to-private', 'private_address'],
    ['/to-odd-number', 'address'],
    ['/to-http', 'address'],
    ['/to-file', 'address'],
    ['/to-data', 'address'],
  ])('at %s is refused: %s', async (path, verdict) => {
    expect(await verdictOn(`${server.url}${path}`)).toBe(verdict);
  });
});

describe('an address', () => {
  const places: Record<string, string[]> = {
    'logos.example': ['203.1.113.9', '2606:4700:4700::1111'],
    'moved.example': ['203.1.113.10'],
    'intranet.example': ['10.0.0.1'],
    'half.example': ['203.1.113.9', '192.168.0.1'],
    'localhost.example': ['127.0.0.1'],
    'six.example': ['::ffff:10.0.0.1'],
    localhost: ['127.0.0.1'],
  };

  /** The public internet, with the hostile server in the place of all that is in it. */
  function internet(paths: Record<string, string> = {}) {
    const asked: string[] = [];
    const sent: Target[] = [];
    const options: FetchOptions = {
      resolve: async (host) => {
        asked.push(host);
        return places[host] ?? [];
      },
      send: (target, signal) => {
        sent.push(target);
        const path = paths[target.url.hostname] ?? target.url.pathname;
        return sendRequest({ url: new URL(path, server.url), ips: ['127.0.0.1'] }, signal);
      },
    };
    return { options, asked, sent };
  }

  test('is looked up once, and the connection goes to what was found', async () => {
    const { options, asked, sent } = internet();
    expect(await verdictOn('https://logos.example/png', options)).toBe('image/png');
    expect(asked).toEqual(['logos.example']);
    expect(sent.map(({ ips }) => ips)).toEqual([places['logos.example']]);
    // a name that nobody knows: what was found counts, and no other lookup
    const url = new URL(`http://nobody.invalid:${server.port}/png`);
    const answer = await sendRequest({ url, ips: ['127.0.0.1'] }, AbortSignal.timeout(10_000));
    expect(answer.statusCode).toBe(200);
    answer.destroy();
  });

  test('is looked up again after a redirect', async () => {
    answers['/to-moved'] = redirect('https://moved.example/png');
    const { options, asked } = internet();
    expect(await verdictOn('https://logos.example/to-moved', options)).toBe('image/png');
    expect(asked).toEqual(['logos.example', 'moved.example']);
  });

  test.each([
    ['/to-metadata', 'private_address'],
    ['/to-private', 'private_address'],
    ['/to-name', 'private_address'],
    ['/to-http', 'address'],
  ])('leads nowhere else: %s', async (path, verdict) => {
    const { options, sent } = internet();
    expect(await verdictOn(`https://logos.example${path}`, options)).toBe(verdict);
    expect(sent).toHaveLength(1);
  });

  test('out there never leads to this machine, also in development', async () => {
    for (const target of [`http://localhost:${server.port}/png`, 'https://127.0.0.1/']) {
      answers['/to-here'] = redirect(target);
      const { options, sent } = internet();
      const verdict = await verdictOn('https://logos.example/to-here', { ...options, ...here });
      expect(verdict).toMatch(/address$/);
      expect(sent).toHaveLength(1);
    }
  });

  test.each([
    ['https://intranet.example/', 'private_address'],
    ['https://half.example/', 'private_address'],
    ['https://localhost.example/', 'private_address'],
    ['https://six.example/', 'private_address'],
    ['https://nobody.example/', 'unknown_host'],
    ['https://localhost/', 'private_address'],
    ['https://127.0.0.1/', 'private_address'],
    ['https://127.1/', 'private_address'],
    ['https://0x7f000001/', 'private_address'],
    ['https://2130706433/', 'private_address'],
    ['https://0177.0.0.1/', 'private_address'],
    ['https://[::1]/', 'private_address'],
    ['https://[::ffff:127.0.0.1]/', 'private_address'],
    ['https://[::ffff:a9fe:a9fe]/', 'private_address'],
    ['https://[64:ff9b::10.0.0.1]/', 'private_address'],
    ['https://[2002:a00:1::1]/', 'private_address'],
    ['https://169.254.169.254/latest/meta-data/', 'private_address'],
    ['https://１２７.０.０.１/', 'private_address'],
    ['http://logos.example/png', 'address'],
    ['http://localhost/png', 'address'],
    ['https://logos.example:8443/png', 'address'],
    ['https://logos.example:80/png', 'address'],
    ['https://user@logos.example/png', 'address'],
    ['https://:password@logos.example/png', 'address'],
    [`https://logos.example/${'x'.repeat(2_000)}`, 'address'],
    ['ftp://logos.example/png', 'address'],
    ['file:///etc/passwd', 'address'],
    ['data:image/png;base64,AAAA', 'address'],
    ['javascript:alert(1)', 'address'],
    ['blob:https://logos.example/1', 'address'],
    ['//logos.example/png', 'address'],
    ['/png', 'address'],
    ['https://', 'address'],
    ['', 'address'],
  ])('%s is refused, and nothing is sent: %s', async (address, verdict) => {
    const { options, sent } = internet();
    expect(await verdictOn(address, options)).toBe(verdict);
    expect(sent).toEqual([]);
  });

  test('of this machine has to be allowed, and then private ones are not', async () => {
    const { port } = server;
    expect(await verdictOn(`http://127.0.0.1:${port}/png`, here)).toBe('image/png');
    expect(await verdictOn(`http://logos.localhost:${port}/png`, here)).toBe('image/png');
    expect(await verdictOn(`http://127.0.0.1:${port}/png`, {})).toBe('address');
    for (const host of ['10.0.0.1', '169.254.169.254', '0.0.0.0', '[::ffff:127.0.0.1]']) {
      expect(await verdictOn(`http://${host}:${port}/png`, here)).toBe('address');
      expect(await verdictOn(`https://${host}/png`, here)).toBe('private_address');
    }
  });

  test('that name servers do not know is unknown, and this machine has no other name', async () => {
    const options = { timeLimitMs: 3_000 };
    expect(await verdictOn('https://localhost/', options)).toMatch(
      /^(private_address|unknown_host)$/,
    );
    expect(await verdictOn(`https://${'x'.repeat(64)}.example/`, options)).toBe('unknown_host');
  });
});
