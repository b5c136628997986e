/**
 * The least that could stand in our place: two forms on `node:http`, and the same calls of the admin
 * API on kept connections. It checks nothing and protects nobody. A process of its own: `PORT` and
 * `HYDRA_ADMIN_URL` say where.
 */
import { Agent, createServer, request, type IncomingMessage, type ServerResponse } from 'node:http';

type Step = 'login' | 'consent';

const agent = new Agent({ keepAlive: true });
const adminUrl = process.env['HYDRA_ADMIN_URL']!;

const server = createServer({ maxHeaderSize: 64 * 1024 }, (req, res) => {
  const url = new URL(req.url ?? '/', 'http://bare.invalid');
  const step = url.pathname === '/consent' ? 'consent' : 'login';
  const done = req.method === 'POST' ? submit(req, res, step) : show(res, step, url.searchParams);
  done.catch((error: unknown) => res.writeHead(500).end(String(error)));
});
server.listen(Number(process.env['PORT']), '127.0.0.1');

async function show(res: ServerResponse, step: Step, query: URLSearchParams): Promise<void> {
  const challenge = query.get(`${step}_challenge`) ?? '';
  const { client } = await admin('GET', step, challenge);
  const page = pageOf(step, escaped(challenge), escaped(String(client.client_name)));
  res.setHeader('Content-Type', 'text/html; charset=utf-8');
  res.setHeader('Content-Length', Buffer.byteLength(page));
  res.end(page);
}

async function submit(req: IncomingMessage, res: ServerResponse, step: Step): Promise<void> {
  const form = new URLSearchParams(await textOf(req));
  const challenge = form.get(`${step}_challenge`) ?? '';
  const { requested_scope: scopes } = await admin('GET', step, challenge);
  const decision =
    step === 'login' ? { subject: form.get('email') } : { grant_scope: scopes, session: {} };
  const { redirect_to: target } = await admin('PUT', `${step}/accept`, challenge, decision);
  res.writeHead(303, { location: String(target), 'content-length': 0 }).end();
}

async function admin(method: string, path: string, challenge: string, body?: object) {
  const query = `${path.split('/')[0]}_challenge=${encodeURIComponent(challenge)}`;
  const url = `${adminUrl}/admin/oauth2/auth/requests/${path}?${query}`;
  const text = body && JSON.stringify(body);
  const headers = text ? { 'content-length': Buffer.byteLength(text) } : {};
  const answer = await new Promise<IncomingMessage>((resolve, reject) => {
    request(url, { method, agent, headers }, resolve).on('error', reject).end(text);
  });
  return JSON.parse(await textOf(answer)) as Record<string, unknown> & {
    client: Record<string, unknown>;
  };
}

function textOf(stream: IncomingMessage): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = '';
    stream.setEncoding('utf8').on('data', (part: string) => (text += part));
    stream.on('end', () => resolve(text)).on('error', reject);
  });
}

function pageOf(step: Step, challenge: string, app: string): string {
  const fields =
    step === 'login'
      ? '<input name="email"><input type="password" name="password">'
      : '<input type="checkbox" name="grant_scope" value="openid">';
  return (
    `<!doctype html><html lang="en"><title>${app}</title><h1>${app}</h1>` +
    `<form method="post" action="/${step}">${fields}` +
    `<input type="hidden" name="${step}_challenge" value="${challenge}">` +
    '<button name="decision" value="accept">Continue</button></form></html>'
  );
}

function escaped(text: string): string {
  return text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
}
