// A sample of the API for people (../people-api.yaml) in Node alone. It reads people.json (README.md).
// Run: PORT=8080 TOKEN=… PEOPLE=people.json node server.mjs
import { pbkdf2, timingSafeEqual } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { promisify } from 'node:util';

const { iterations, people } = JSON.parse(readFileSync(process.env.PEOPLE, 'utf8'));
const bySubject = new Map(people.map((entry) => [entry.person.subject, entry]));
const byLogin = new Map(people.flatMap((entry) => entry.logins.map((login) => [login, entry])));
const derive = promisify(pbkdf2);

async function verify({ login, password }) {
  const entry = byLogin.get(login);
  // Also for an unknown login, so that it takes as long.
  const { salt, hash } = entry ?? people[0];
  const found = await derive(password, Buffer.from(salt, 'hex'), iterations, 32, 'sha256');
  const isRight = timingSafeEqual(found, Buffer.from(hash, 'hex'));
  if (!entry || !isRight) return [401, {}];
  return entry.person.disabled ? [403, { reason: 'disabled' }] : [200, entry.person];
}

async function answer(request) {
  if (request.headers.authorization !== `Bearer ${process.env.TOKEN}`) return [403, {}];
  if (request.method === 'POST' && request.url === '/verify') {
    return verify(JSON.parse(Buffer.concat(await request.toArray())));
  }
  const [, subject] = /^\/people\/([^/]+)$/.exec(request.url) ?? [];
  const entry = subject && bySubject.get(decodeURIComponent(subject));
  return entry ? [200, entry.person] : [404, {}];
}

createServer((request, response) => {
  const send = ([status, body]) =>
    response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(body));
  answer(request).then(send, () => send([500, {}]));
}).listen(Number(process.env.PORT), '127.0.0.1');
