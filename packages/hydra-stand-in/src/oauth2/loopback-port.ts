import { createServer, type RequestListener, type Server } from 'node:http';
import { isIP } from 'node:net';

/** A port of this machine alone, open on each of its loopback addresses. */
export interface LoopbackPort {
  port: number;
  /** Until this is called, requests are answered with 503. */
  serve(listener: RequestListener): void;
  close(): Promise<void>;
}

/** Challenges are long: they come in the address, and again in the Referer. */
const maxHeaderSize = 64 * 1024;
const triesForFreePort = 10;

/**
 * The addresses behind a host name: `localhost` is both of them, as browsers try both.
 * @throws Error for any host that others could reach
 */
export function loopbackAddresses(host: string): string[] {
  if (host === 'localhost') return ['127.0.0.1', '::1'];
  if (host === '::1' || (isIP(host) === 4 && host.startsWith('127.'))) return [host];
  throw new Error(
    'The stand-in listens on this machine only: ' +
      `the host must be localhost, 127.0.0.1 or ::1, not "${host}".`,
  );
}

/**
 * @param port 0 is any free port
 * @throws Error when the port is taken
 */
export async function openPort(port: number, addresses: string[]): Promise<LoopbackPort> {
  for (let tries = triesForFreePort; ; tries -= 1) {
    try {
      return await openAll(port, addresses);
    } catch (error) {
      if (!isTaken(error)) throw error;
      // A free port of one address may be taken on the other.
      if (port !== 0) throw new Error(`Port ${port} is taken.`, { cause: error });
      if (tries <= 0) throw error;
    }
  }
}

async function openAll(port: number, addresses: string[]): Promise<LoopbackPort> {
  const servers: Server[] = [];
  let listener: RequestListener = (_req, res) => res.writeHead(503).end();
  let chosen = port;
  const close = async () => {
    await Promise.all(servers.map(closeServer));
  };
  for (const address of addresses) {
    const server = createServer({ maxHeaderSize }, (req, res) => listener(req, res));
    try {
      // oxlint-disable-next-line no-await-in-loop -- the second wants the port of the first
      chosen = await listen(server, chosen, address);
      servers.push(server);
    } catch (error) {
      // A machine may have only one of the two kinds of addresses.
      if (isMissing(error) && servers.length > 0) continue;
      await close();
      throw error;
    }
  }
  return {
    port: chosen,
    serve(given) {
      listener = given;
    },
    close,
  };
}

function listen(server: Server, port: number, address: string): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, address, () => {
      server.off('error', reject);
      const bound = server.address();
      resolve(typeof bound === 'object' && bound ? bound.port : port);
    });
  });
}

function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}

function isTaken(error: unknown): boolean {
  return codeOf(error) === 'EADDRINUSE';
}

function isMissing(error: unknown): boolean {
  return ['EADDRNOTAVAIL', 'EAFNOSUPPORT'].includes(codeOf(error));
}

function codeOf(error: unknown): string {
  return typeof error === 'object' && error && 'code' in error ? String(error.code) : '';
}
