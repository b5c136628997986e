/** What `npm run dev` makes of the log and the audit trail of Portico. */
import { beforeEach, describe, expect, test } from '@jest/globals';
import { createWalkReader } from '../../dev/walk-lines.ts';

const told: string[] = [];
const said: string[] = [];
const log: string[] = [];
const audits: string[] = [];
const time = '2026-11-27T12:00:00.000Z';
let read: (line: string) => void;

beforeEach(() => {
  for (const list of [told, said, log, audits]) list.length = 0;
  read = createWalkReader({
    tell: (what, at) => told.push(`${new Date(at).toISOString()} ${what}`),
    say: (text) => said.push(text),
    keepLog: (line) => log.push(line),
    keepAudit: (line) => audits.push(line),
    nameOf: (subject) => (subject === 'ada-1' ? 'Ada' : undefined),
  });
});

const line = (fields: object) => read(JSON.stringify({ time, ...fields }));
const audit = (fields: object) => line({ request: 'R1', ...fields });
const call = (operation: string, more: object = {}) =>
  line({ level: 20, request: 'R1', operation, status: 200, ms: 2, msg: 'admin call', ...more });
const end = (method: string, path: string, status: number, more: object = {}) =>
  line({ level: 30, request: 'R1', method, path, status, ms: 3, msg: 'request', ...more });

describe('a request', () => {
  test.each<[about: string, say: () => void, sentence: string]>([
    [
      'a page that is asked for',
      () => {
        call('login.get');
        end('GET', '/login', 200);
      },
      'GET /login → asked the admin API for the login request → shows the sign-in page',
    ],
    [
      'a wrong password',
      () => {
        audit({ audit: 'refused', reason: 'wrong' });
        end('POST', '/login', 400);
      },
      'POST /login → wrong address or password → shows the sign-in page again (400)',
    ],
    [
      'a sign-in',
      () => {
        call('login.accept');
        audit({ audit: 'signed_in', subject: 'ada-1' });
        end('POST', '/login', 303);
      },
      'POST /login → Ada signed in → accepted the login request → back to the server',
    ],
    [
      'a person who is remembered',
      () => {
        call('login.get');
        call('login.accept');
        audit({ audit: 'signed_in', reason: 'remembered', subject: 'eva-1' });
        end('GET', '/login', 303);
      },
      'GET /login → asked the admin API for the login request → the server remembers somebody → ' +
        'accepted the login request → back to the server',
    ],
    [
      'a consent',
      () => {
        audit({ audit: 'granted', subject: 'ada-1', scopes: ['openid', 'email'] });
        call('consent.accept');
        end('POST', '/consent', 303);
      },
      'POST /consent → Ada allowed openid email → accepted the consent request → back to the server',
    ],
    [
      'a no',
      () => {
        audit({ audit: 'denied', reason: 'consent_denied', subject: 'ada-1' });
        call('consent.reject');
        end('POST', '/consent', 303);
      },
      'POST /consent → Ada did not allow it → rejected the consent request → back to the server',
    ],
    [
      'an error page',
      () => {
        call('login.get', { status: 410, kind: 'gone' });
        line({ level: 20, request: 'R1', code: 'challenge_used', msg: 'fault of the request' });
        end('GET', '/login', 409);
      },
      'GET /login → asked the admin API for the login request (410 gone) → ' +
        'shows the error page challenge_used (409)',
    ],
    [
      'a server that is down',
      () => {
        call('login.get', { status: undefined, kind: 'down' });
        line({ level: 40, request: 'R1', code: 'oauth2_server_down', msg: 'cannot answer' });
        end('GET', '/login', 502);
      },
      'GET /login → asked the admin API for the login request (down) → ' +
        'shows the error page oauth2_server_down (502)',
    ],
    [
      'a browser that goes away',
      () => end('GET', '/login', 200, { end: 'gone' }),
      'GET /login → the browser went away',
    ],
    [
      'a call and an event that have no words here',
      () => {
        call('clients.list');
        audit({ audit: 'something_new' });
        end('GET', '/some/page', 200);
      },
      'GET /some/page → called clients.list → something_new → shows the page',
    ],
  ])('is one line: %s', (_about, happen, sentence) => {
    happen();
    expect(told).toEqual([`${time} ${sentence}`]);
    expect(said).toEqual([]);
  });

  test('of two at once is told with its own events', () => {
    audit({ audit: 'signed_in', subject: 'ada-1' });
    end('GET', '/', 200, { request: 'R2' });
    end('POST', '/login', 303);
    expect(told.map((one) => one.slice(time.length + 1))).toEqual([
      'GET / → shows the start page',
      'POST /login → Ada signed in → sends the browser on',
    ]);
  });

  test.each([
    '/static/0123456789ab/style.css',
    '/client-logo/abc',
    '/style.css',
    '/health/alive',
    '/health/ready',
  ])('of %s is told only when it fails', (path) => {
    end('GET', path, 200);
    expect(told).toEqual([]);
    end('GET', path, 404);
    expect(told).toHaveLength(path.startsWith('/health') ? 0 : 1);
  });
});

test('keeps the log and the audit trail whole, each in its place', () => {
  audit({ audit: 'lines_lost', request: undefined });
  call('login.get');
  end('GET', '/style.css', 200);
  expect(audits.map((one) => JSON.parse(one) as object)).toEqual([{ time, audit: 'lines_lost' }]);
  expect(log.map((one) => (JSON.parse(one) as { msg: string }).msg)).toEqual([
    'admin call',
    'request',
  ]);
});

test('says warnings and faults, each with what belongs to it', () => {
  line({ level: 40, file: 'users.json', msg: 'everybody can read it' });
  line({
    level: 50,
    request: 'R1',
    err: { stack: 'TypeError: x\n    at y' },
    msg: 'unexpected error',
  });
  end('GET', '/login', 500);
  expect(said).toEqual([
    'Portico: everybody can read it {"file":"users.json"}',
    'Portico: unexpected error\nTypeError: x\n    at y',
  ]);
  expect(told[0]).toContain('shows the error page unexpected (500)');
});

test('says nothing of starting, stopping and details', () => {
  for (const msg of ['listening', 'stopping', 'stopped']) line({ level: 30, msg });
  line({ level: 20, msg: 'a detail' });
  expect(said).toEqual([]);
});

test.each(['a line of console.log', '{ not json', '{"an":"object"}', '[1]', ''])(
  'passes on what is no line of a log: %j',
  (text) => {
    read(text);
    expect(said).toEqual([text]);
    expect(log).toEqual([]);
  },
);

test('forgets requests that never end', () => {
  audit({ audit: 'signed_in', subject: 'ada-1' });
  for (let count = 0; count < 300; count += 1) {
    audit({ audit: 'stayed', request: `open-${count}` });
  }
  end('POST', '/login', 303);
  expect(told[0]).toBe(`${time} POST /login → sends the browser on`);
});
