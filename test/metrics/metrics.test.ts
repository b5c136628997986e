import { connect } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import express, { Router } from 'express';
import { firstPartOf, screensOf } from '../../src/metrics/screens.ts';
import { startAdminStub, type AdminStub } from '../support/admin-stub.ts';
import { startApp, type TestApp } from '../support/app.ts';
import type { Browser } from '../support/browser.ts';
import { readMetrics, type ReadMetrics } from '../support/metrics.ts';
import { addressOf, foosLogin, newChallenge, openAt, screens } from '../support/screens.ts';
import { until } from '../support/until.ts';

let stub: AdminStub;
let app: TestApp;
/** Before anything has happened. */
let fresh: ReadMetrics;
let before: ReadMetrics;

beforeAll(async () => {
  stub = await startAdminStub();
  app = await startApp(stub, { MANAGEMENT_PORT: '0', TRUST_PROXY: 'loopback', LOG_LEVEL: 'debug' });
  fresh = await read();
});
beforeEach(async () => {
  before = await read();
});
afterAll(async () => {
  await app.close();
  await stub.close();
});

const read = () => readMetrics(app.managementUrl);
const [loginScreen, consentScreen, logoutScreen] = screens;
let addresses = 0;

function newBrowser(): Browser {
  addresses += 1;
  return app.browser({ 'X-Forwarded-For': `198.51.100.${addresses}` });
}

/** How much a metric has grown in this test. A request counts a moment after its answer. */
async function grown(name: string, labels: Record<string, string>): Promise<number> {
  return (await read()).sum(name, labels) - before.sum(name, labels);
}

async function expectGrowth(name: string, by: number, labels: Record<string, string>) {
  await until(async () => (await grown(name, labels)) >= by);
  expect([name, labels, await grown(name, labels)]).toEqual([name, labels, by]);
}

describe('counts', () => {
  test('sign-ins, consents and sign-outs by how they end', async () => {
    const browser = newBrowser();
    const form = await browser.get(openAt(stub, loginScreen!).address);
    await browser.submit(form, { fill: { ...foosLogin, password: 'wrong' } });
    await browser.submit(form, loginScreen!.yes);
    const left = await browser.get(openAt(stub, loginScreen!).address);
    await browser.submit(left, loginScreen!.no);
    for (const screen of [consentScreen!, logoutScreen!]) {
      for (const press of [screen.yes, screen.no]) {
        // oxlint-disable-next-line no-await-in-loop -- a person does one thing after the other
        await browser.submit(await browser.get(openAt(stub, screen).address), press);
      }
    }
    await expectGrowth('portico_sign_ins_total', 1, { way: 'password', result: 'wrong' });
    await expectGrowth('portico_sign_ins_total', 1, { way: 'password', result: 'signed_in' });
    await expectGrowth('portico_sign_ins_total', 1, { way: 'none', result: 'cancelled' });
    await expectGrowth('portico_consents_total', 1, { result: 'granted' });
    await expectGrowth('portico_consents_total', 1, { result: 'consent_denied' });
    await expectGrowth('portico_sign_outs_total', 1, { result: 'signed_out' });
    await expectGrowth('portico_sign_outs_total', 1, { result: 'stayed' });
  });

  test('requests by screen and status, with their time', async () => {
    const browser = newBrowser();
    await browser.get(openAt(stub, loginScreen!).address);
    await browser.get('/login?login_challenge=unknown');
    await browser.send('put', '/login');
    await browser.get('/style.css');
    await expectGrowth('portico_http_requests_total', 1, { screen: 'login', status: '200' });
    await expectGrowth('portico_http_requests_total', 1, { screen: 'login', status: '404' });
    await expectGrowth('portico_http_requests_total', 1, { screen: 'login', status: '405' });
    await expectGrowth('portico_http_requests_total', 1, { screen: 'files', status: '200' });
    const duration = 'portico_http_request_duration_seconds';
    await expectGrowth(`${duration}_count`, 2, { screen: 'login', method: 'GET' });
    expect(await grown(`${duration}_sum`, { screen: 'login', method: 'GET' })).toBeGreaterThan(0);
  });

  test('browsers that leave before the answer', async () => {
    const { address } = openAt(stub, loginScreen!);
    let answer = () => {};
    const asked = new Promise<void>((resolve) => {
      stub.answer('login.get', (_call, _res, usual) => {
        answer = usual;
        resolve();
      });
    });
    const socket = connect(Number(new URL(app.url).port), '127.0.0.1');
    socket.write(`GET ${address} HTTP/1.1\r\nHost: x\r\n\r\n`);
    await asked;
    socket.destroy();
    await expectGrowth('portico_http_requests_total', 1, { screen: 'login', status: 'gone' });
    answer();
    stub.usually();
  });

  test('limits that begin to hold, and what is refused then', async () => {
    const browser = newBrowser();
    const form = await browser.get(openAt(stub, loginScreen!).address);
    const wrong = { fill: { email: 'max@example.org', password: 'wrong' } };
    // oxlint-disable-next-line no-await-in-loop -- one after the other
    for (let tries = 0; tries < 6; tries += 1) await browser.submit(form, wrong);
    await expectGrowth('portico_limit_hits_total', 1, { limit: 'account_from_address' });
    await expectGrowth('portico_sign_ins_total', 1, { way: 'password', result: 'paused' });
    await expectGrowth('portico_password_check_wait_seconds_count', 5, {});
    await expectGrowth('portico_password_check_duration_seconds_count', 5, {});
  });

  test('lines of the log by level, and open connections', async () => {
    const socket = connect(Number(new URL(app.url).port), '127.0.0.1');
    await until(async () => (await read()).sum('portico_http_connections') > 0);
    socket.destroy();
    await until(async () => (await read()).sum('portico_http_connections') === 0);
    app.parts.log.warn('one line');
    await expectGrowth('portico_log_lines_total', 1, { level: 'warn' });
  });

  test('forms that are refused', async () => {
    const browser = newBrowser();
    const form = await browser.get(openAt(stub, loginScreen!).address);
    const headers = { 'Sec-Fetch-Site': 'cross-site' };
    await browser.submit(form, { ...loginScreen!.yes, headers });
    await expectGrowth('portico_forms_refused_total', 1, { reason: 'cross_site' });
  });

  test('calls of the admin API and of the user store', async () => {
    const browser = newBrowser();
    const form = await browser.get(openAt(stub, loginScreen!).address);
    stub.answer('login.accept', (_call, res) => res.writeHead(500).end('{}'));
    await browser.submit(form, loginScreen!.yes);
    stub.usually();
    const calls = 'portico_admin_calls_total';
    await expectGrowth(calls, 1, { operation: 'login.get', status: '200' });
    await expectGrowth(calls, 1, { operation: 'login.accept', status: '500' });
    const about = { store: 'file', operation: 'verify' };
    await expectGrowth('portico_user_store_calls_total', 1, { ...about, result: 'ok' });
    await expectGrowth('portico_user_store_call_duration_seconds_count', 1, about);
  });

  test('calls without a good answer by what was wrong', async () => {
    stub.answer('login.get', (_call, res) => res.writeHead(200).end('nonsense'));
    await newBrowser().get(openAt(stub, loginScreen!).address);
    stub.usually();
    await stub.goDown();
    await newBrowser().get(openAt(stub, loginScreen!).address);
    await stub.comeBack();
    const calls = 'portico_admin_calls_total';
    await expectGrowth(calls, 1, { operation: 'login.get', status: 'nonsense' });
    await expectGrowth(calls, 1, { operation: 'login.get', status: 'down' });
    await expectGrowth('portico_http_requests_total', 2, { screen: 'login', status: '502' });
  });
});

describe('series', () => {
  /** What a stranger, an app or a person may bring along. */
  const odd = [
    'odd-client-7f3a',
    'Odd Name Ünïque',
    'odd-subject-9c1',
    'odd.login@example.org',
    '198.51.100.211',
    '2001:db8:77::1',
    'odd-agent/1.0',
    'odd-challenge-55',
    'odd-request-id',
    'odd_scope',
    'https://odd.example.org',
  ] as const;
  const [id, name, subject, login, address, address6, agent, , requestId, scope, odder] = odd;

  async function oddJourney(from: string): Promise<void> {
    const headers = { 'X-Forwarded-For': from, 'User-Agent': agent, 'X-Request-Id': requestId };
    const browser = app.browser(headers);
    const client = { client_id: id, client_name: name, client_uri: odder };
    const given = { client, requested_scope: ['openid', scope] };
    const challenge = stub.login(newChallenge('odd-challenge-55'), given);
    const form = await browser.get(addressOf('/login', 'login_challenge', challenge));
    await browser.submit(form, { fill: { email: login, password: 'wrong' } });
    await browser.submit(form, loginScreen!.yes);
    const consent = stub.consent(newChallenge('odd-challenge-55'), { ...given, subject });
    const question = await browser.get(addressOf('/consent', 'consent_challenge', consent));
    await browser.submit(question, consentScreen!.yes).catch(() => undefined);
    const reject = stub.consent(newChallenge('odd-challenge-55'), {
      ...given,
      subject: 'foo@bar.com',
    });
    const asked = await browser.get(addressOf('/consent', 'consent_challenge', reject));
    await browser.submit(asked, consentScreen!.no);
    const out = stub.logout(newChallenge('odd-challenge-55'), { subject, client });
    await browser.submit(
      await browser.get(addressOf('/logout', 'logout_challenge', out)),
      logoutScreen!.yes,
    );
    const denied = { error: id, error_description: name };
    await browser.get(`/error?${new URLSearchParams(denied).toString()}`);
  }

  test('hold no name, person, address or anything else that was sent', async () => {
    for (const from of [address, address6]) {
      // oxlint-disable-next-line no-await-in-loop
      await oddJourney(from);
    }
    await until(async () => (await grown('portico_http_requests_total', { screen: 'error' })) >= 2);
    const { text } = await read();
    const found = odd.filter((one) => text.toLowerCase().includes(one.toLowerCase()));
    expect(found).toEqual([]);
    expect(text).not.toMatch(/odd|foo@bar|198\.51|meadow/i);
  });

  test('are all there from the start: neither journeys nor strangers make a new one', async () => {
    const browser = newBrowser();
    const paths = [
      '/',
      '/wp-login.php',
      '/.env',
      '/LOGIN',
      '/login/x',
      '/api/v1/%00',
      '/static/x/y',
    ];
    const more = [
      '/upstream/odd',
      '/health/x',
      '/device/odd',
      '/client-logo/odd',
      '/.well-known/x',
    ];
    for (const path of [...paths, ...more, `/${'x'.repeat(3_000)}`]) {
      for (const method of ['get', 'head', 'post', 'put', 'delete'] as const) {
        // oxlint-disable-next-line no-await-in-loop -- one after the other
        await browser.send(method, path, { headers: { Range: 'bytes=0-3', Accept: '*/*' } });
      }
    }
    await browser.send('get', '/style.css', { headers: { Range: 'bytes=0-3' } });
    await browser.send('get', '/style.css', { headers: { Range: 'bytes=999999999-' } });
    const names = ({ series }: ReadMetrics) =>
      series.map((one) => one.name + JSON.stringify(one.labels)).toSorted();
    await until(async () => (await grown('portico_http_requests_total', { screen: 'other' })) > 20);
    expect(names(await read())).toEqual(names(fresh));
  });

  test('of a screen that a fork adds are there by themselves', () => {
    const fork = express();
    const terms = Router().get('/terms', (_req, res) => void res.end());
    fork.use('/auth', Router().use(terms)).use(Router().get(/.*/, (_req, _res, next) => next()));
    fork.get('/logo.svg', (_req, res) => void res.end());
    fork.get(['/auth/.well-known/x', '/second/:id'], (_req, res) => void res.end());
    expect(screensOf(fork)).toEqual(['auth', 'second', 'terms']);
  });
});

test.each([
  ['/login?x=/y', '', 'login'],
  ['/LOGIN/', '', 'login'],
  ['/', '', 'start'],
  ['', '', 'start'],
  ['/auth', '/auth', 'start'],
  ['/auth/login', '/auth', 'login'],
  ['/authlogin', '/auth', '-'],
  ['/login', '/auth', '-'],
  ['/.well-known/change-password', '/auth', '.well-known'],
  ['http://example.org/login?x', '', 'login'],
  ['*', '', '-'],
])('%s below "%s" is for the screen "%s"', (url, base, screen) => {
  expect(firstPartOf(url, base)).toBe(screen);
});
