import { createServer, type RequestListener, type Server } from 'node:http';
import type { Socket } from 'node:net';
import type { AddressInfo } from 'node:net';

/** A challenge may have 32 kB, and comes twice: in the address and, after a page of ours, as Referer. */
const maxHeaderSize = 96 * 1024;
const drainMs = 50;

/** Faults that Node finds before there is a request, by their codes. */
const faults: Record<string, [status: string, title: string, text: string]> = {
  HPE_HEADER_OVERFLOW: [
    '431 Request Header Fields Too Large',
    'This address is too long',
    'Open the app you want to use and choose “Sign in” there.',
  ],
  ERR_HTTP_REQUEST_TIMEOUT: [
    '408 Request Timeout',
    'That took too long',
    'Check your connection, then try again.',
  ],
};
const otherFault = [
  '400 Bad Request',
  'We did not understand that',
  'Open the app you want to use and choose “Sign in” there.',
] as const;

export interface RunningServer {
  /** The actual port, even if the setting was 0. */
  port: number;
  /** Accepts no more requests, waits for those being served, and closes the rest at the deadline. */
  stop(deadlineMs: number): Promise<void>;
}

/**
 * Starts to listen.
 * @throws Error when the port is taken or not allowed
 */
export async function startServer(
  app: RequestListener,
  { port, host }: { port: number; host: string | undefined },
): Promise<RunningServer> {
  const server = createServer({ maxHeaderSize }, app);
  server.on('clientError', answerBrokenRequest);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ port, host }, resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    stop: (deadlineMs) => stop(server, deadlineMs),
  };
}

/** `close` alone would wait for idle connections that browsers keep open. */
async function stop(server: Server, deadlineMs: number): Promise<void> {
  const idle = setInterval(() => server.closeIdleConnections(), drainMs);
  const deadline = setTimeout(() => server.closeAllConnections(), deadlineMs);
  await new Promise<void>((resolve) => {
    server.close(() => resolve());
    server.closeIdleConnections();
  });
  clearInterval(idle);
  clearTimeout(deadline);
}

function answerBrokenRequest(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) return void socket.destroy();
  const [status, title, text] = faults[error.code ?? ''] ?? otherFault;
  const page =
    `<!doctype html><html lang="en"><meta charset="utf-8"><title>${title}</title>` +
    `<meta name="viewport" content="width=device-width"><h1>${title}</h1><p>${text}</p></html>`;
  socket.end(
    `HTTP/1.1 ${status}\r\nContent-Type: text/html; charset=utf-8\r\n` +
      `Content-Length: ${Buffer.byteLength(page)}\r\nCache-Control: no-store\r\n` +
      "Content-Security-Policy: default-src 'none'; frame-ancestors 'none'\r\n" +
      `X-Content-Type-Options: nosniff\r\nConnection: close\r\n\r\n${page}`,
  );
}
