/** The doctor, in front of a way to the app on which one thing after the other is broken. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Program } from '@portico/command-line';
import { abouts, createBrowser, doctorCommands } from '@portico/hydra-tools';
import { kind } from '@portico/settings';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { run } from '../../packages/command-line/test/run.ts';
import { createReport } from '../../packages/hydra-tools/src/doctor/report.ts';
import { loadConfig } from '../../src/config.ts';
import { startManagement } from '../../src/management/management.ts';
import { pathAbouts } from '../../src/cli/doctor/path.ts';
import { checkPlainHttp } from '../../src/cli/doctor/plain-http.ts';
import { startFaultyProxy, type Answer, type Faults, type Head } from '../support/faulty-proxy.ts';
import type { Settings } from '../support/serve-app.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import {
  base,
  changeSaid,
  examine,
  openWorld,
  otherSecret,
  secret,
  type Finding,
  type World,
} from './doctor-world.ts';

let world: World;
beforeAll(async () => {
  world = await openWorld();
}, 60_000);
beforeEach(() => world.mend());
afterAll(async () => {
  await world.close();
});

interface Case {
  /** What the finding is about, and how bad it is. */
  about: string;
  level: 'warning' | 'fault';
  title: string;
  says: RegExp;
  /** Faults in front of the app, of the public side of the server, and of its admin API. */
  front?: Faults;
  publicSide?: Faults;
  adminSide?: Faults;
  /** Settings of the doctor in the place of those of the app. */
  settings?: (world: World) => Settings;
  /** Settings of the instance that answers, or of each of them. */
  apps?: Settings[];
  /** What else is told, because it follows. */
  also?: string[];
}

const page = (answer: Answer) => String(answer.headers['content-type']).startsWith('text/html');
const withoutHeader =
  (name: string) =>
  (answer: Answer): void =>
    void Reflect.deleteProperty(answer.headers, name);
const sizeOf = ({ path, headers }: Head) =>
  path.length + Object.values(headers).reduce((sum, value) => sum + value.length, 0);
const headersOf = ({ headers }: Answer) => JSON.stringify(headers).length;
const status = (code: number, body = 'no', headers: Answer['headers'] = {}) => ({
  status: code,
  headers: { server: 'faulty', ...headers },
  body,
});
const json = (body: unknown, code = 200) =>
  status(code, JSON.stringify(body), { 'content-type': 'application/json' });
const at =
  (pattern: RegExp, answer: Answer) =>
  ({ path }: Head) =>
    pattern.test(path) ? answer : undefined;
const kept = new Map<string, Answer>();

const onTheWay: Case[] = [
  {
    about: 'app',
    level: 'fault',
    title: 'no instance runs',
    says: /A proxy answers .*\/auth\/login by itself \(status 502, by faulty\): it cannot reach the app/,
    front: { answer: () => status(502) },
  },
  {
    about: 'app',
    level: 'fault',
    title: 'the app is too slow for the proxy',
    says: /does not answer it in time/,
    front: { answer: () => status(504) },
  },
  {
    about: 'app',
    level: 'fault',
    title: 'nobody listens',
    says: /cannot be reached from here, localhost:1 gave no answer: nothing listens there/,
    settings: () => ({ BASE_URL: 'http://localhost:1/auth' }),
    also: ['login', 'consent', 'logout', 'logged_out', 'error', 'device', 'device_success'],
  },
  {
    about: 'app',
    level: 'fault',
    title: 'some requests end at the proxy',
    says: /of 8 requests to .* ended before the app \(status 503, by faulty\)/,
    front: { answer: everySecondQuestion() },
  },
  {
    about: 'redirects',
    level: 'fault',
    title: 'a proxy redirects in a circle',
    says: /in a circle, by faulty: one that demands https/,
    front: {
      answer: ({ path }) =>
        path.startsWith(base) ? status(301, '', { location: path.split('?')[0]! }) : undefined,
    },
  },
  {
    about: 'redirects',
    level: 'fault',
    title: 'a proxy redirects to another address',
    says: /redirects .* to http:\/\/localhost:\d+\/sso\/login, by faulty: set BASE_URL/,
    front: {
      answer: ({ path }) =>
        path.startsWith(base) ? status(302, '', { location: '/sso/login' }) : undefined,
    },
  },
  {
    about: 'instance',
    level: 'fault',
    title: 'another app answers',
    says: /is not this app \(status 200, by faulty, "Welcome"\)/,
    front: { answer: () => status(200, '<title>Welcome</title>') },
  },
  {
    about: 'instance',
    level: 'fault',
    title: 'the instance has another BASE_URL',
    says: /has another BASE_URL, http:\/\/localhost:9\/auth/,
    apps: [{ BASE_URL: 'http://localhost:9/auth' }],
  },
  {
    about: 'instance',
    level: 'fault',
    title: 'the instance has another BASE_URL and another secret',
    says: /Another Portico answers .*: its cookie is portico_csrf-9_auth/,
    apps: [{ BASE_URL: 'http://localhost:9/auth', COOKIE_SECRET: otherSecret }],
  },
  {
    about: 'app_path',
    level: 'fault',
    title: 'the proxy strips the path',
    says: /strips \/auth from the path: .*"proxy_pass http:\/\/portico;"/,
    front: {
      request(head) {
        head.path = head.path.replace(base, '') || '/';
      },
    },
  },
  {
    about: 'app_path',
    level: 'fault',
    title: 'the proxy adds to the path',
    says: /changes the path \/auth\/login into \/more\/auth\/login/,
    front: {
      request(head) {
        head.path = `/more${head.path}`;
      },
    },
  },
  {
    about: 'app_path',
    level: 'fault',
    title: 'the proxy strips the path, and no secret is here',
    says: /has no page at .*\/auth\/login \(status 404\)/,
    front: {
      request(head) {
        head.path = head.path.replace(base, '') || '/';
      },
    },
    settings: () => ({ COOKIE_SECRET: undefined }),
    also: ['left_out'],
  },
  {
    about: 'secret',
    level: 'fault',
    title: 'the app has another secret',
    says: /has another COOKIE_SECRET than this environment: run the doctor/,
    apps: [{ COOKIE_SECRET: otherSecret }],
  },
  {
    about: 'secret',
    level: 'fault',
    title: 'one of two instances has another secret',
    says: /4 of 8 requests to .* reached an instance with another COOKIE_SECRET/,
    apps: [{}, { COOKIE_SECRET: otherSecret }],
    also: ['routes', 'form'],
  },
  {
    about: 'secret',
    level: 'warning',
    title: 'secrets are being changed',
    says: /has another list in COOKIE_SECRET than this environment, with at least one/,
    apps: [{ COOKIE_SECRET: `${secret},${otherSecret}` }],
  },
  {
    about: 'secret',
    level: 'warning',
    title: 'secrets are being changed, and the order differs',
    says: /has another list in COOKIE_SECRET than this environment, with at least one/,
    apps: [{ COOKIE_SECRET: `${secret},${otherSecret}` }],
    settings: () => ({ COOKIE_SECRET: `${otherSecret},${secret}` }),
  },
  {
    about: 'release',
    level: 'warning',
    title: 'instances are of several releases',
    says: /Instances of several releases answer: 0\.0\.1, .*\. An update is under way/,
    front: { response: everySecond((said) => (said.release.version = '0.0.1')) },
    also: ['database'],
  },
  {
    about: 'release',
    level: 'warning',
    title: 'the app is of another release than the doctor',
    says: /with release 0\.0\.1.*, but this command is of/,
    front: { response: (answer) => changeSaid(answer, (said) => (said.release.version = '0.0.1')) },
  },
  {
    about: 'replicas',
    level: 'warning',
    title: 'instances have unequal settings',
    says: /have unequal settings: CONSENT_PRESELECT, LOGIN_REMEMBER_SECONDS\./,
    apps: [{}, { CONSENT_PRESELECT: 'none', LOGIN_REMEMBER_SECONDS: '60' }],
    front: { response: (answer) => changeSaid(answer, nameBySettings) },
    also: ['database'],
  },
  {
    about: 'app_settings',
    level: 'warning',
    title: 'the doctor has other settings than the app',
    says: /other values than this environment for CONSENT_PRESELECT:/,
    settings: () => ({ CONSENT_PRESELECT: 'none' }),
  },
  {
    about: 'clock',
    level: 'warning',
    title: 'the clock of the app is wrong',
    says: /The clock of the app is 1[12]\d seconds ahead of ours/,
    front: { response: (answer) => changeSaid(answer, (said) => (said.time += 120_000)) },
  },
  {
    about: 'app_server',
    level: 'fault',
    title: 'the app does not reach the server',
    says: /does not reach the admin API: check HYDRA_ADMIN_URL of the app/,
    apps: [{ HYDRA_ADMIN_URL: 'http://localhost:1' }],
    also: ['app_settings', 'login_page'],
  },
  {
    about: 'people',
    level: 'fault',
    title: 'the user store is away',
    says: /does not reach its user store, so nobody can sign in/,
    front: {
      response: (answer) =>
        changeSaid(answer, ({ ready = {} }) => Object.assign(ready, { people: false })),
    },
  },
  {
    about: 'database',
    level: 'fault',
    title: 'the database is away',
    says: /does not reach the database of DATABASE_URL, or its tables are not up to date/,
    front: {
      response: (answer) =>
        changeSaid(answer, ({ ready = {} }) => Object.assign(ready, { database: false })),
    },
  },
  {
    about: 'database',
    level: 'warning',
    title: 'instances share nothing',
    says: /^2 instances answer, and each keeps sessions, answers and limits for itself/,
    front: { response: everySecond(() => {}) },
  },
  {
    about: 'proxies',
    level: 'fault',
    title: 'all browsers count as one address',
    says: /All browsers count as one address, .* so set TRUST_PROXY to 1,/,
    apps: [{ TRUST_PROXY: '0' }],
    settings: () => ({ TRUST_PROXY: '0' }),
  },
  {
    about: 'proxies',
    level: 'fault',
    title: 'two proxies are counted as one',
    says: /proxies named 198\.51\.100\.7, .* so set TRUST_PROXY to 2,/,
    front: {
      request({ headers }) {
        const [last = ''] = headers['x-forwarded-for']!.split(', ').slice(-1);
        headers['x-forwarded-for'] = `198.51.100.7, ${last}`;
      },
    },
  },
  {
    about: 'proxies',
    level: 'fault',
    title: 'a browser can choose its address',
    says: /can choose the address .* TRUST_PROXY counts too many proxies, set it to 1\./,
    apps: [{ TRUST_PROXY: '2' }],
    settings: () => ({ TRUST_PROXY: '2' }),
  },
  {
    about: 'proxies',
    level: 'warning',
    title: 'the doctor comes from a trusted address',
    says: /TRUST_PROXY trusts .*, from where this doctor comes/,
    apps: [{ TRUST_PROXY: 'loopback' }],
    settings: () => ({ TRUST_PROXY: 'loopback' }),
  },
  {
    about: 'proxies',
    level: 'warning',
    title: 'the proxy names no browser',
    says: /^No X-Forwarded-For reaches the app, although it listens at port \d+ and not at/,
    front: { request: ({ headers }) => void Reflect.deleteProperty(headers, 'x-forwarded-for') },
  },
  {
    about: 'routes',
    level: 'fault',
    title: 'the proxy passes on some paths only',
    says: /These paths do not reach the app: \/auth\/consent, \/auth\/device\/verify\./,
    front: { answer: at(/^\/auth\/(consent|device\/verify)/, status(404)) },
  },
  {
    about: 'request_headers',
    level: 'fault',
    title: 'long addresses are refused',
    says: /does not pass \(status 414, by faulty; 4 kB pass\).*large_client_header_buffers/,
    front: { answer: (head) => (sizeOf(head) > 12_000 ? status(414) : undefined) },
  },
  {
    about: 'request_headers',
    level: 'warning',
    title: 'only the longest addresses are refused',
    says: /\(status 414, by faulty; 15 kB pass\)/,
    front: { answer: ({ path }) => (path.length > 16_384 ? status(414) : undefined) },
  },
  {
    about: 'request_headers',
    level: 'fault',
    title: 'a long Referer is cut',
    says: /does not pass \(it arrives cut; 2 kB pass\)/,
    front: {
      request({ headers }) {
        if (headers['referer']) headers['referer'] = headers['referer'].slice(0, 3_000);
      },
    },
  },
  {
    about: 'answer_headers',
    level: 'fault',
    title: 'long headers of answers are refused',
    says: /does not pass \(status 502, by faulty; 4 kB pass\).*proxy_buffer_size/,
    front: {
      response(answer) {
        if (headersOf(answer) > 8_192) Object.assign(answer, status(502));
      },
    },
  },
  {
    about: 'login_page',
    level: 'fault',
    title: 'the app asks another server',
    says: /is an error page \(status 404\): the app does not know the sign-in of this server/,
    front: {
      request(head) {
        if (head.headers['portico-question']) return;
        head.path = head.path.replace(/login_challenge=[\w-]{4}/, 'login_challenge=nope');
      },
    },
  },
  {
    about: 'login_page',
    level: 'fault',
    title: 'the proxy refuses the login page',
    says: /A proxy answers the login page of a real sign-in by itself \(status 403, by faulty\)/,
    front: {
      answer: ({ path, headers }) =>
        path.includes('challenge') && !headers['portico-question'] ? status(403) : undefined,
    },
  },
  {
    about: 'app_cookies',
    level: 'fault',
    title: 'the proxy drops cookies of the app',
    says: /The cookie of the login page, portico_csrf-\d+_auth, does not come: no form/,
    front: { response: withoutHeader('set-cookie') },
  },
  {
    about: 'app_cookies',
    level: 'fault',
    title: 'the proxy makes cookies Secure on http',
    says: /Browsers refuse .* because it is Secure, and the page is http/,
    front: { response: changeCookie((line) => `${line}; Secure`) },
  },
  {
    about: 'app_cookies',
    level: 'fault',
    title: 'the proxy changes the path of cookies',
    says: /because its path is "\/else", and the page is not below it/,
    front: { response: changeCookie((line) => line.replace('Path=/auth', 'Path=/else')) },
  },
  {
    about: 'app_cookies',
    level: 'warning',
    title: 'the proxy changes a cookie',
    says: /changes the cookie .*: HttpOnly is taken away, SameSite is not Lax/,
    front: { response: changeCookie((line) => line.replace(/; (HttpOnly|SameSite=Lax)/g, '')) },
  },
  {
    about: 'app_cookies',
    level: 'fault',
    title: 'the proxy drops cookies of browsers',
    says: /does not come back to the app, so it refuses all forms/,
    front: { request: ({ headers }) => void Reflect.deleteProperty(headers, 'cookie') },
  },
  {
    about: 'form',
    level: 'fault',
    title: 'the proxy changes the origin of forms',
    says: /refuses the form of its own login page \(status 403\)/,
    front: {
      request({ headers, method }) {
        if (method !== 'POST') return;
        Reflect.deleteProperty(headers, 'sec-fetch-site');
        headers['origin'] = 'http://portico:3000';
      },
    },
  },
  {
    about: 'form',
    level: 'fault',
    title: 'the app fails at its form',
    says: /answers the form of its login page by an error page \(status 503\)/,
    front: {
      response(answer, { method }) {
        if (method === 'POST') answer.status = 503;
      },
    },
  },
  {
    about: 'form',
    level: 'fault',
    title: 'the proxy takes no POST',
    says: /does not come through to the app \(status 405, by faulty\)/,
    front: { answer: ({ method }) => (method === 'POST' ? status(405) : undefined) },
  },
  {
    about: 'cache',
    level: 'fault',
    title: 'the proxy keeps pages',
    says: /Two browsers got the same login page/,
    front: {
      answer: ({ path, headers }) => (headers['portico-question'] ? undefined : kept.get(path)),
      response(answer, { path }) {
        if (page(answer)) kept.set(path, answer);
      },
    },
  },
  {
    about: 'cache',
    level: 'fault',
    title: 'the proxy keeps answers to questions',
    says: /Something between browsers and the app keeps its answers/,
    front: {
      answer: ({ path }) => kept.get(path),
      response(answer, { path }) {
        kept.set(path, answer);
      },
    },
  },
  {
    about: 'cache',
    level: 'fault',
    title: 'the proxy lets browsers keep pages',
    says: /comes with "Cache-Control: max-age=60" in place of "no-store"/,
    front: {
      response(answer) {
        if (page(answer)) answer.headers['cache-control'] = 'max-age=60';
      },
    },
  },
  {
    about: 'security_headers',
    level: 'warning',
    title: 'the proxy takes headers away',
    says: /takes away headers that protect the pages: Content-Security-Policy, X-Frame-Options\./,
    front: {
      response(answer) {
        withoutHeader('content-security-policy')(answer);
        withoutHeader('x-frame-options')(answer);
      },
    },
  },
  {
    about: 'security_headers',
    level: 'warning',
    title: 'the proxy adds headers that are there',
    says: /come twice: X-Content-Type-Options\./,
    front: {
      response({ headers }) {
        headers['x-content-type-options'] = ['nosniff', 'nosniff'];
      },
    },
  },
  {
    about: 'style',
    level: 'fault',
    title: 'the style sheet does not come',
    says: /style\.css does not come \(status 404, by faulty\): pages are bare/,
    front: {
      answer: ({ path, headers }) =>
        path.startsWith('/auth/static') && !headers['portico-question'] ? status(404) : undefined,
    },
  },
  {
    about: 'style',
    level: 'fault',
    title: 'an old style sheet is kept',
    says: /is not the one that the app has: something .* keeps an old one/,
    front: {
      answer: ({ path, headers }) =>
        path.includes('/style.css') && !headers['portico-question']
          ? status(200, 'p{}', { 'content-type': 'text/css' })
          : undefined,
    },
  },
  {
    about: 'style',
    level: 'warning',
    title: 'the page is of another release',
    says: /names the style sheet .*0123456789ab.*, which no instance has/,
    front: {
      response(answer) {
        if (!page(answer)) return;
        const text = String(answer.body).replace(/static\/[\da-f]{12}/, 'static/0123456789ab');
        answer.body = text;
      },
    },
  },
  {
    about: 'management',
    level: 'fault',
    title: 'the proxy leads to the management port',
    says: /The management port answers at .*\/auth\/metrics: anybody can read/,
    front: { answer: at(/^\/auth\/metrics$/, status(200, '# HELP up Whether\n')) },
  },
  {
    about: 'left_out',
    level: 'warning',
    title: 'no secret is here',
    says: /COOKIE_SECRET is not set here, so no instance could be asked\. Left out: /,
    settings: () => ({ COOKIE_SECRET: undefined }),
  },
  {
    about: 'left_out',
    level: 'warning',
    title: 'the proxy drops the question',
    says: /has our COOKIE_SECRET, but does not say what came through .* Portico-Question/,
    front: { request: ({ headers }) => void Reflect.deleteProperty(headers, 'portico-question') },
  },
];

const ofTheServer: Case[] = [
  {
    about: 'left_out',
    level: 'warning',
    title: 'the server leads to no sign-in',
    says: /were not checked, because the server led to no sign-in/,
    settings: () => ({ HYDRA_PUBLIC_URL: undefined }),
    also: ['public'],
  },
  {
    about: 'settings',
    level: 'warning',
    title: 'BASE_URL is not set',
    says: /^BASE_URL is not set/,
    settings: () => ({ BASE_URL: undefined }),
  },
  {
    about: 'settings',
    level: 'fault',
    title: 'a secret is too short',
    says: /^COOKIE_SECRET is a value that is not shown/,
    settings: () => ({ COOKIE_SECRET: 'short' }),
  },
  {
    about: 'admin',
    level: 'fault',
    title: 'the admin API refuses access',
    says: /refuses access \(401\): check HYDRA_ADMIN_TOKEN/,
    adminSide: { answer: at(/login\?login_challenge=portico-doctor/, json({}, 401)) },
    also: ['left_out'],
  },
  {
    about: 'ready',
    level: 'fault',
    title: 'the server is not ready',
    says: /reports that it is not ready/,
    adminSide: { answer: at(/^\/health\/ready/, json({ errors: {} }, 503)) },
    also: ['app_server'],
  },
  {
    about: 'version',
    level: 'warning',
    title: 'the server is old',
    says: /1\.x gets no fixes any more/,
    adminSide: { answer: at(/^\/version/, json({ version: 'v1.11.10' })) },
    settings: () => ({}),
  },
  {
    about: 'protection',
    level: 'fault',
    title: 'the admin API answers at the address of the app',
    says: /The admin API answers at http:\/\/localhost:\d+, the address of the app/,
    front: { answer: at(/^\/admin\//, json({ error: 'Not Found' }, 404)) },
  },
  {
    about: 'certificate',
    level: 'fault',
    title: 'the certificate of the admin API has an unknown CA',
    says: /^The admin API, .*unknown CA.*HYDRA_ADMIN_CA_FILE, which is for the admin API alone/,
    settings: () => ({ HYDRA_ADMIN_URL: `https://localhost:${secured.port}` }),
    also: ['left_out', 'app_settings'],
  },
  {
    about: 'certificate',
    level: 'fault',
    title: 'the certificate of the server has an unknown CA',
    says: /^The public address of the server, .*unknown CA.*NODE_EXTRA_CA_CERTS/,
    settings: () => ({ HYDRA_PUBLIC_URL: `https://localhost:${secured.port}` }),
    also: ['left_out', 'app_settings'],
  },
  {
    about: 'clock',
    level: 'warning',
    title: 'the clock of the server is wrong',
    says: /The clock of the admin API is 1[12]\d seconds ahead/,
    adminSide: {
      response({ headers }) {
        headers['date'] = new Date(Date.now() + 120_000).toUTCString();
      },
    },
  },
  {
    about: 'public',
    level: 'fault',
    title: 'there is no discovery document',
    says: /There is no discovery document/,
    publicSide: { answer: at(/openid-configuration/, status(404)) },
    also: ['left_out'],
  },
  {
    about: 'issuer',
    level: 'fault',
    title: 'the issuer is another one',
    says: /^The issuer is http:\/\/elsewhere/,
    publicSide: {
      response(answer, { path }) {
        if (!path.includes('openid-configuration')) return;
        answer.body = String(answer.body).replace(
          /"issuer":"[^"]*"/,
          '"issuer":"http://elsewhere"',
        );
        answer.headers['content-length'] = String(answer.body.length);
      },
    },
  },
  {
    about: 'hosts',
    level: 'warning',
    title: 'localhost and 127.0.0.1 are mixed',
    says: /these are two hosts to cookies/,
    settings: ({ settings }) => ({
      HYDRA_PUBLIC_URL: settings['HYDRA_PUBLIC_URL']!.replace('localhost', '127.0.0.1'),
    }),
    also: ['issuer', 'public', 'app_settings'],
  },
  {
    about: 'sign_up',
    level: 'fault',
    title: 'URLS_REGISTRATION leads to no page',
    says: /for a new account to http.*\/auth\/registration, where this app has no page/,
    publicSide: {
      response({ headers }, { path }) {
        if (!path.includes('prompt=registration')) return;
        headers['location'] = String(headers['location']).replace('/login', '/registration');
      },
    },
  },
  {
    about: 'registration',
    level: 'fault',
    title: 'strangers can register clients',
    says: /^Anybody can register a client/,
    publicSide: {
      answer: at(/^\/oauth2\/register\//, json({ error: 'request_unauthorized' }, 401)),
    },
  },
  {
    about: 'server_headers',
    level: 'fault',
    title: 'long redirects of the server are refused',
    says: /A redirect of the server with a long address does not come through \(status 502\)/,
    publicSide: {
      response(answer, { path }) {
        if (path.length > 5_000) Object.assign(answer, status(502));
      },
    },
  },
  {
    about: 'server_headers',
    level: 'fault',
    title: 'long addresses are refused in front of the server',
    says: /An address of 6000 bytes is refused in front of the server \(status 414\)/,
    publicSide: { answer: ({ path }) => (path.length > 5_000 ? status(414) : undefined) },
  },
  {
    about: 'probe',
    level: 'fault',
    title: 'the test client cannot be removed',
    says: /could not be removed completely: run hydra clients delete/,
    adminSide: {
      answer: ({ method, path }) =>
        method === 'DELETE' && path.includes('/clients/') ? json({ error: 'no' }, 403) : undefined,
    },
  },
  {
    about: 'sign_in',
    level: 'fault',
    title: 'the sign-in ends with an error',
    says: /The step "sign_in" ended with/,
    publicSide: {
      response({ headers }, { path }) {
        if (path.includes('consent_verifier')) headers['location'] = 'https://x.invalid/?error=e';
      },
    },
    also: ['device_success'],
  },
];

let secured: Awaited<ReturnType<typeof startFaultyProxy>>;
const tls = (folder: string, name = '') => ({
  key: readFileSync(join(folder, `${name}key.pem`)),
  cert: readFileSync(join(folder, `${name}cert.pem`)),
});
const fixtures = 'packages/hydra-admin/test/fixtures/tls';
beforeAll(async () => {
  secured = await startFaultyProxy([], tls(fixtures));
});
const closing: { close(): Promise<void> }[] = [];
afterAll(async () => {
  await Promise.all([secured, ...closing].map((one) => one.close()));
});

/** Every second question gets a proxy's own answer. */
function everySecondQuestion(): Faults['answer'] {
  let count = 0;
  return ({ headers, path }) =>
    headers['portico-question'] && path.endsWith('/login') && ++count > 1 && count % 2 === 0
      ? status(503)
      : undefined;
}

type Change = Parameters<typeof changeSaid>[1];

/** Changes what every second instance says, which then has another name. */
function everySecond(change: Change): Faults['response'] {
  let count = 0;
  return (answer) => {
    changeSaid(answer, (said) => {
      if (++count % 2 === 1) return;
      said.release.instance = 'the other';
      change(said);
    });
  };
}

/** Instances in one process have one name. */
function nameBySettings({ release }: Parameters<Change>[0]): void {
  release.instance = `with ${release.settings['CONSENT_PRESELECT']}`;
}

function changeCookie(change: (line: string) => string): Faults['response'] {
  return ({ headers }) => {
    const lines = headers['set-cookie'];
    if (Array.isArray(lines)) headers['set-cookie'] = lines.map(change);
  };
}

const cases = [...onTheWay, ...ofTheServer];
const nameOf = ({ about, level, title }: Case) => [`${about}, ${level}: ${title}`] as const;

const allAbouts = [...new Set([...abouts, ...pathAbouts])];
/** They say nothing when all is well, or where everything is on one machine without https. */
const silentWhenWell = [
  'doctor',
  'settings',
  'encryption',
  'certificate',
  'hosts',
  'cookies',
  'redirects',
  'http',
  'replicas',
  'left_out',
];
/** Broken in tests of their own: below, and in `hydra-doctor.test.ts` of the package. */
const brokenElsewhere = [
  'doctor',
  'http',
  'encryption',
  'cookies',
  'login',
  'consent',
  'logout',
  'logged_out',
  'error',
  'device',
  'device_success',
];

describe('portico doctor', () => {
  test('finds nothing to mend where nothing is broken, and checks everything', async () => {
    const { code, findings, told } = await examine(world.settings);
    expect(told).toEqual([]);
    expect(code).toBe(0);
    const checked = new Set(findings.map(({ about }) => about));
    expect(allAbouts.filter((one) => !checked.has(one))).toEqual(silentWhenWell);
    const { adminUrl } = world.standIn;
    expect(await (await fetch(`${adminUrl}/admin/clients`)).json()).toEqual([]);
  });

  test.each(cases.map((one) => [...nameOf(one), one] as const))(
    '%s',
    async (_name, { about, level, says, front, publicSide, adminSide, also = [], ...more }) => {
      kept.clear();
      if (more.apps)
        world.front.lead(await Promise.all(more.apps.map((one) => world.appWith(one))));
      if (front) world.front.breakBy(front);
      if (publicSide) world.publicSide.breakBy(publicSide);
      if (adminSide) world.adminSide.breakBy(adminSide);
      const settings = { ...world.settings, ...more.settings?.(world) };
      const { code, told } = await examine(settings);
      const found = told.filter((one) => one.about === about);
      expect(told.filter((one) => one.about !== about && !also.includes(one.about))).toEqual([]);
      expect(found.map((one) => [one.level, one.says])).toEqual([
        [level, expect.stringMatching(says)],
      ]);
      expect(found[0]!.says).toMatch(/^[A-Z0-9][^\n]*\.$/);
      expect(code).toBe(told.some((one) => one.level === 'fault') ? 1 : 0);
    },
  );

  test('compares instances by their management ports', async () => {
    const ports = await Promise.all(
      [{}, { CONSENT_PRESELECT: 'none' }, { COOKIE_SECRET: otherSecret }].map(managementOf),
    );
    const addresses = ports.map((port) => ['--instance', `http://127.0.0.1:${port}`]);
    const [one = [], unequal = [], stranger = []] = addresses;
    const about = ({ findings }: { findings: Finding[] }) =>
      findings
        .filter((found) => found.about === 'replicas')
        .map(({ level, says }) => [level, says]);
    expect(about(await examine(world.settings, one))).toEqual([
      ['ok', '2 instances have the same settings.'],
    ]);
    expect(about(await examine(world.settings, [...one, ...unequal]))).toEqual([
      ['warning', expect.stringMatching(/have unequal settings: CONSENT_PRESELECT\./)],
    ]);
    expect(about(await examine(world.settings, [...one, ...stranger]))).toEqual([
      ['fault', expect.stringMatching(/have no COOKIE_SECRET in common: each refuses the forms/)],
    ]);
    const nowhere = ['--instance', 'http://127.0.0.1:1', '--instance', world.baseUrl];
    expect(about(await examine(world.settings, nowhere))).toEqual([
      ['fault', expect.stringMatching(/127\.0\.0\.1:1 cannot be asked, .*nothing listens there/)],
      ['fault', expect.stringMatching(/There is no management port of Portico at .*auth/)],
    ]);
  });

  test('tells apart what is wrong with a certificate', async () => {
    const expired = await startFaultyProxy([], tls('test/cli/fixtures', 'expired-'));
    const far = await startFaultyProxy([], tls(fixtures, 'far-'));
    const good = await openWorld(tls(fixtures));
    try {
      const trusted = ['test/cli/fixtures/expired-cert.pem', `${fixtures}/far-cert.pem`].concat(
        `${fixtures}/cert.pem`,
      );
      const certificates = Buffer.concat(trusted.map((path) => readFileSync(path)));
      const file = join(temporaryFolder({ 'ca.pem': certificates }), 'ca.pem');
      const at = ({ port }: { port: number }) => ({ BASE_URL: `https://localhost:${port}${base}` });
      const [well, ended, wrongName] = await inProcess(file, [
        good.settings,
        { ...good.settings, ...at(expired) },
        { ...good.settings, ...at(far) },
      ]);
      expect(well!.filter(({ level }) => level !== 'ok')).toEqual([]);
      expect(well!.map(({ about }) => about)).toEqual(
        expect.arrayContaining(['certificate', 'app_cookies', 'form', 'security_headers']),
      );
      const said = (findings: Finding[] = []) =>
        findings.filter(({ about }) => about === 'certificate').map(({ says }) => says);
      expect(said(ended)).toEqual([expect.stringMatching(/has expired: renew it/)]);
      expect(said(wrongName)).toEqual([expect.stringMatching(/a certificate for another name/)]);
      const { told } = await examine({ ...good.settings, HYDRA_PUBLIC_URL: undefined });
      expect(told.find(({ about }) => about === 'certificate')).toMatchObject({
        level: 'fault',
        setting: 'NODE_EXTRA_CA_CERTS',
        says: expect.stringMatching(/^The address of the app, https:.* unknown CA .*browser must/),
      });
    } finally {
      await Promise.all([expired, far, good].map((one) => one.close()));
    }
  }, 60_000);

  test('warns of pages without encryption beside an https address', async () => {
    const check = async (faults: Faults) => {
      const report = createReport(() => {});
      const baseUrl = kind.baseUrl(`https://localhost${base}`)!;
      const plain = await startFaultyProxy([await world.appWith()]);
      plain.breakBy(faults);
      const signal = new AbortController().signal;
      const newBrowser = () => createBrowser({ signal, timeoutMs: 30_000 });
      await checkPlainHttp({ baseUrl, newBrowser, report }, plain.port);
      await plain.close();
      return report.findings.map(({ level, says }) => [level, says]);
    };
    expect(await check({})).toEqual([
      ['warning', expect.stringMatching(/serves pages without encryption \(status 400\): let the/)],
    ]);
    const away = { location: 'https://localhost/auth/login' };
    for (const answer of [status(301, '', away), status(404)]) {
      // oxlint-disable-next-line no-await-in-loop -- one after the other
      expect(await check({ answer: () => answer })).toEqual([['ok', expect.anything()]]);
    }
  });

  test('says when nothing answers in time, and when a check fails by itself', async () => {
    world.front.breakBy({ answer: () => 'hang' });
    const { told } = await examine({
      ...world.settings,
      HYDRA_PUBLIC_URL: undefined,
      HYDRA_TIMEOUT_MS: '500',
    });
    expect(told.find(({ about }) => about === 'app')?.says).toMatch(
      /cannot be reached from here, localhost:\d+ gave no answer within 300 ms\. Check whether the app hangs/,
    );
    const [command] = doctorCommands({
      further: [
        async () => {
          throw new Error('boom');
        },
      ],
    });
    const program: Program = {
      name: 'tools',
      summary: '',
      sections: [
        { title: '', topics: [{ name: 'doctor', summary: '', load: async () => [command!] }] },
      ],
    };
    const { code, stdout } = await run(program, ['doctor', '--json'], { env: {} });
    expect([code, JSON.parse(stdout)]).toEqual([
      1,
      expect.objectContaining({
        findings: expect.arrayContaining([
          { level: 'fault', about: 'doctor', says: 'A check failed: boom.', setting: null },
        ]),
      }),
    ]);
  });

  test('has a table of all checks in its documentation, and each is broken in a test', () => {
    const text = readFileSync('docs/tools.md', 'utf8');
    const [, section = ''] = /\n## doctor\n(.*?)\n## /s.exec(text) ?? [];
    const rows = [...section.matchAll(/^\| `(?!about`)(\w+)` \|/gm)].map(([, about]) => about!);
    expect(rows.toSorted()).toEqual(allAbouts.toSorted());
    const broken = new Set([...cases.map(({ about }) => about), ...brokenElsewhere]);
    expect(allAbouts.filter((about) => !broken.has(about))).toEqual([]);
  });
});

/** The management port of an instance with these settings. In one process all have the same name. */
async function managementOf(changes: Settings): Promise<number> {
  const config = loadConfig({ ...world.settings, ...changes });
  const port = await startManagement(config, { port: 0, host: '127.0.0.1' });
  const proxy = await startFaultyProxy([port.port]);
  proxy.breakBy({
    response(answer) {
      const body = String(answer.body);
      answer.body = body.replace(
        /"instance":"[^"]*"/,
        `"instance":"${JSON.stringify(changes).replaceAll('"', '')}"`,
      );
      answer.headers['content-length'] = String(answer.body.length);
    },
  });
  closing.push(proxy, port);
  return proxy.port;
}

/** Runs the doctor in a process of its own that trusts further certificates. */
async function inProcess(caFile: string, settings: Settings[]): Promise<Finding[][]> {
  const child = spawn(
    process.execPath,
    ['--import', import.meta.resolve('tsx'), 'test/support/doctor-runs.ts'],
    { env: { ...process.env, NODE_EXTRA_CA_CERTS: caFile }, stdio: ['pipe', 'pipe', 'inherit'] },
  );
  let output = '';
  child.stdout.on('data', (chunk) => (output += String(chunk)));
  child.stdin.end(JSON.stringify(settings));
  await once(child, 'close');
  return (JSON.parse(output) as { findings: Finding[] }[]).map(({ findings }) => findings);
}
