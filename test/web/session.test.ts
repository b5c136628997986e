import cookieParser from 'cookie-parser';
import express from 'express';
import { MemoryStore } from 'express-session';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { startServer, type RunningServer } from '../../src/web/server.ts';
import { createSessions } from '../../src/web/session.ts';
import { openBrowser } from '../support/browser.ts';

const secret = 'a-secret-of-the-tests-of-sessions-0123456789';
const uses: string[] = [];
/** Whose sign-ins count no more. */
const gone = new Set<string>();

/** Notes what is done to it. */
class NotedStore extends MemoryStore {
  override get(...args: Parameters<MemoryStore['get']>): void {
    uses.push('get');
    super.get(...args);
  }
  override set(...args: Parameters<MemoryStore['set']>): void {
    uses.push('set');
    super.set(...args);
  }
  override destroy(...args: Parameters<MemoryStore['destroy']>): void {
    uses.push('destroy');
    super.destroy(...args);
  }
}

let server: RunningServer;
const browser = () => openBrowser({ url: `http://127.0.0.1:${server.port}` });

beforeAll(async () => {
  const home = { path: '', isSecure: false };
  const sessions = createSessions(home, [secret], {
    store: new NotedStore(),
    isCurrent: async ({ subject }) => !gone.has(subject),
  });
  const app = express().use(cookieParser(secret));
  app.get('/', async (req, res) => void res.json((await sessions.signedIn(req, res)) ?? null));
  app.get(
    '/last',
    async (req, res) => void res.json((await sessions.lastSignIn(req, res)) ?? null),
  );
  app.get('/data', async (req, res) => {
    const data = await sessions.data(req, res);
    if (data) data.connectedApp = { clientId: 'tv', name: 'TV' };
    res.json(data?.connectedApp ?? null);
  });
  app.post('/', async (req, res) => {
    await sessions.begin(req, res, { subject: 'ada', at: 1, amr: ['pwd'] });
    res.end();
  });
  app.delete('/', async (req, res) => {
    await sessions.end(req, res);
    res.end();
  });
  server = await startServer(app, { port: 0, host: '127.0.0.1' });
});
beforeEach(() => void uses.splice(0));
afterAll(() => server.stop(1_000));

describe('a browser without a session', () => {
  test('costs the store nothing, whatever it looks at', async () => {
    const anonymous = browser();
    expect((await anonymous.get('/')).html).toBe('null');
    expect((await anonymous.get('/data')).html).toBe('null');
    await anonymous.send('delete', '/');
    expect(uses).toEqual([]);
    expect(anonymous.cookies()).toEqual({});
  });

  test('gets none by a cookie that is not ours', async () => {
    const stranger = browser();
    for (const value of ['', 'x', 's%3Ax.y', `s%3A${'a'.repeat(32)}.${'b'.repeat(43)}`]) {
      stranger.setCookie('portico_session', value);
      expect((await stranger.get('/')).html).toBe('null');
      expect((await stranger.get('/data')).html).toBe('null');
    }
    expect(uses.filter((use) => use !== 'get')).toEqual([]);
  });
});

describe('a session', () => {
  test('begins at sign-in and is read, not written, at each look', async () => {
    const signedIn = browser();
    await signedIn.send('post', '/');
    expect(uses).toContain('set');
    uses.length = 0;
    const page = await signedIn.get('/');
    expect(JSON.parse(page.html)).toEqual({ subject: 'ada', at: 1, amr: ['pwd'] });
    expect(uses).toEqual(['get']);
    expect(page.setCookies).toEqual([]);
  });

  test('keeps what is added to it', async () => {
    const signedIn = browser();
    await signedIn.send('post', '/');
    await signedIn.get('/data');
    expect(JSON.parse((await signedIn.get('/data')).html)).toEqual({ clientId: 'tv', name: 'TV' });
  });

  test('has another id after each sign-in, and the one before is worth nothing', async () => {
    const signedIn = browser();
    await signedIn.send('post', '/');
    const [first] = signedIn.cookies()['portico_session']!.split(';');
    await signedIn.send('post', '/');
    const [second] = signedIn.cookies()['portico_session']!.split(';');
    expect(second).not.toBe(first);
    const thief = openBrowser({
      url: `http://127.0.0.1:${server.port}`,
      headers: { Cookie: first! },
    });
    expect((await thief.get('/')).html).toBe('null');
  });

  test('of somebody whose sign-in counts no more says nobody, but still knows who it was', async () => {
    const signedIn = browser();
    await signedIn.send('post', '/');
    gone.add('ada');
    expect((await signedIn.get('/')).html).toBe('null');
    expect(JSON.parse((await signedIn.get('/last')).html)).toMatchObject({ subject: 'ada' });
    gone.clear();
    expect(JSON.parse((await signedIn.get('/')).html)).toMatchObject({ subject: 'ada' });
  });

  test('ends for good', async () => {
    const signedIn = browser();
    await signedIn.send('post', '/');
    const [cookie] = signedIn.cookies()['portico_session']!.split(';');
    await signedIn.send('delete', '/');
    expect(signedIn.cookies()).toEqual({});
    const thief = openBrowser({
      url: `http://127.0.0.1:${server.port}`,
      headers: { Cookie: cookie! },
    });
    expect((await thief.get('/')).html).toBe('null');
  });
});
