/** Answers to what is no request for the app: they need no app. */
import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

interface Answer {
  status: string;
  title: string;
  text: string;
  headers?: Record<string, string>;
}

const openAnApp = 'Open the app you want to use and choose “Sign in” there.';

const answers = {
  malformed: { status: '400 Bad Request', title: 'We did not understand that', text: openAnApp },
  no_proxy: {
    status: '405 Method Not Allowed',
    title: 'We did not understand that',
    text: openAnApp,
    headers: { Allow: 'GET, HEAD, POST' },
  },
  late: {
    status: '408 Request Timeout',
    title: 'That took too long',
    text: 'Check your connection, then try again.',
  },
  chunk_extensions: {
    status: '413 Content Too Large',
    title: 'That was too much',
    text: openAnApp,
  },
  expectation: {
    status: '417 Expectation Failed',
    title: 'We did not understand that',
    text: openAnApp,
  },
  headers_too_large: {
    status: '431 Request Header Fields Too Large',
    title: 'This address is too long',
    text: openAnApp,
  },
} satisfies Record<string, Answer>;

export type RawAnswer = keyof typeof answers;

const answerOfCode: Record<string, RawAnswer> = {
  ERR_HTTP_REQUEST_TIMEOUT: 'late',
  HPE_CHUNK_EXTENSIONS_OVERFLOW: 'chunk_extensions',
  HPE_HEADER_OVERFLOW: 'headers_too_large',
};

/** The answer to a fault that Node's HTTP parser finds. */
export function rawAnswerOf({ code = '' }: NodeJS.ErrnoException): RawAnswer {
  return answerOfCode[code] ?? 'malformed';
}

/** A browser that is still sending must be able to read the answer before the connection ends. */
const lingerMs = 1_000;
const ended = new WeakSet<Socket>();

type Headers = Readonly<Record<string, string>>;

/**
 * Answers on a socket, and ends the connection. It is destroyed a second later even if the other side
 * keeps it open, and what still comes in by then is dropped.
 */
export function answerSocket(socket: Socket, name: RawAnswer, headers: Headers): void {
  if (ended.has(socket)) return;
  ended.add(socket);
  if (!socket.writable) return void socket.destroy();
  const linger = setTimeout(() => socket.destroy(), lingerMs);
  socket.once('close', () => clearTimeout(linger)).on('error', () => socket.destroy());
  const page = pageOf(answers[name]);
  const all = { ...headersOf(answers[name], headers), Date: new Date().toUTCString() };
  const lines = Object.entries(all).map(([header, value]) => `${header}: ${value}\r\n`);
  socket.end(`HTTP/1.1 ${answers[name].status}\r\n${lines.join('')}\r\n${page}`);
  socket.resume();
}

/** Answers a request that the app must not see, and ends the connection. */
export function answerRequest(res: ServerResponse, name: RawAnswer, headers: Headers): void {
  const [status] = answers[name].status.split(' ', 1);
  res.writeHead(Number(status), headersOf(answers[name], headers)).end(pageOf(answers[name]));
}

function headersOf(answer: Answer, headers: Headers): Record<string, string> {
  return {
    ...headers,
    ...answer.headers,
    'Content-Type': 'text/html; charset=utf-8',
    'Content-Length': String(Buffer.byteLength(pageOf(answer))),
    Connection: 'close',
  };
}

function pageOf({ title, text }: Answer): string {
  return (
    `<!doctype html><html lang="en"><meta charset="utf-8"><title>${title}</title>` +
    `<meta name="viewport" content="width=device-width"><h1>${title}</h1><p>${text}</p></html>`
  );
}
