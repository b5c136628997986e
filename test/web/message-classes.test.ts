/** Requests and responses that are Express's from the start. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, test } from '@jest/globals';
import express, { type Express, type Request, type Response } from 'express';
import { messageClassesOf } from '../../src/web/message-classes.ts';

describe('a server with message classes', () => {
  let server: Server;
  afterEach(() => void server.close());

  async function get(app: Express): Promise<string> {
    const classes = messageClassesOf(app);
    server = createServer(classes, app).listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const { port } = server.address() as AddressInfo;
    return (await fetch(`http://127.0.0.1:${port}/page?name=x`)).text();
  }

  test('makes objects whose prototypes Express leaves as they are', async () => {
    const app = express();
    const before: unknown[] = [];
    const during: unknown[] = [];
    app.get('/page', (req, res) => {
      during.push(Object.getPrototypeOf(req), Object.getPrototypeOf(res));
      res.end();
    });
    const classes = messageClassesOf(app);
    server = createServer(classes, (req, res) => {
      before.push(Object.getPrototypeOf(req), Object.getPrototypeOf(res));
      app(req, res);
    }).listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const { port } = server.address() as AddressInfo;
    await fetch(`http://127.0.0.1:${port}/page`);
    expect(before).toEqual([classes.IncomingMessage.prototype, classes.ServerResponse.prototype]);
    expect(during[0]).toBe(before[0]);
    expect(during[1]).toBe(before[1]);
  });

  test('gives handlers all that Express has, and what an app adds', async () => {
    const app = express();
    Object.assign(app.request, { greeting: 'Hello' });
    app.get('/page', (req: Request & { greeting?: string }, res: Response) => {
      res.json({ greeting: req.greeting, name: req.query['name'], isApp: req.app === app });
    });
    expect(JSON.parse(await get(app))).toEqual({ greeting: 'Hello', name: 'x', isApp: true });
  });

  test('keeps two apps in one process apart', async () => {
    const [one, other] = [express(), express()];
    messageClassesOf(other);
    one.get('/page', (req, res) => void res.json(req.app === one));
    expect(await get(one)).toBe('true');
  });
});
