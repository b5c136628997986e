import net from 'node:net';
import tls from 'node:tls';
import {
  createPolicyControl,
  type Ldapts,
  type PolicyError,
  type SearchOptions,
} from './ldap-client.ts';
import { readEntry, type LdapEntry } from './ldap-entry.ts';
import { faultOfCode, LdapFault } from './ldap-fault.ts';

export interface LdapServer {
  /** Such as `ldaps://ldap.example.org:636`. */
  url: string;
  /** Without brackets. */
  host: string;
  port: number;
  /** Whether it speaks TLS from the first byte. */
  isSecure: boolean;
  /** Whether TLS is asked for before anything else (RFC 4511, 4.14). */
  startsTls: boolean;
}

export interface BindAnswer {
  /** Of RFC 4511, 4.1.9; 0 is a right password. */
  code: number;
  /** What the directory says about it: for our decisions, not for the log. */
  text: string;
  policy?: PolicyError | undefined;
}

/** A connection to one server. All that it throws is an LdapFault. */
export interface LdapConnection {
  bind(dn: string, password: string): Promise<BindAnswer>;
  /** The entries that are found; references to other directories are left out. */
  search(base: string, options: SearchOptions): Promise<LdapEntry[]>;
  isOpen(): boolean;
  close(): void;
}

/** In bytes, for one question. */
const longestAnswer = 1024 * 1024;

interface Wire {
  sockets: net.Socket[];
  isOpen: boolean;
  /** Why it broke, if it did. */
  fault?: string;
  received: number;
}

export interface Opening {
  secureContext: tls.SecureContext;
  /** For the way up to TLS, and then for each question. */
  timeoutMs: number;
}

/** @throws LdapFault when there is no connection in time, or TLS proves another host */
export async function openConnection(
  ldapts: Ldapts,
  server: LdapServer,
  { secureContext, timeoutMs }: Opening,
): Promise<LdapConnection> {
  const wire: Wire = { sockets: [], isOpen: true, received: 0 };
  const { host, port } = server;
  // With a socket of its own, TLS would otherwise expect the certificate of localhost.
  const secure = {
    host,
    ...(net.isIP(host) === 0 && { servername: host }),
    secureContext,
    rejectUnauthorized: true, // whatever NODE_TLS_REJECT_UNAUTHORIZED says
  };
  const over = (given: unknown) =>
    typeof given === 'object' ? { socket: (given as tls.ConnectionOptions).socket } : { port };
  const client = new ldapts.Client({
    url: server.url,
    createConnection: () => watch(net.connect({ host, port, keepAlive: true }), wire),
    createSecureConnection: (given: unknown) =>
      watch(tls.connect({ ...secure, ...over(given) }), wire),
  });

  function close(): void {
    wire.isOpen = false;
    void client.unbind().catch(() => {});
    for (const socket of wire.sockets) socket.destroySoon();
  }

  /** One question: whatever breaks on the way is an LdapFault. */
  async function ask<T>(question: () => Promise<T>): Promise<T> {
    wire.received = 0;
    if (!wire.isOpen) throw new LdapFault('the connection is closed', { isLost: true });
    try {
      return await inTime(question(), timeoutMs, () => {
        wire.fault ??= 'no answer in time';
      });
    } catch (error) {
      if (error instanceof ldapts.ResultCodeError) throw error;
      wire.isOpen = false;
      for (const socket of wire.sockets) socket.destroy();
      throw new LdapFault(wire.fault ?? 'the connection was closed', { isLost: true });
    }
  }

  const asFault = (error: unknown) =>
    error instanceof ldapts.ResultCodeError ? faultOfCode(error.code) : error;

  if (server.startsTls) {
    await ask(() => client.startTLS({})).catch((error: unknown) => {
      close();
      throw asFault(error);
    });
  }

  return {
    async bind(dn, password) {
      const control = createPolicyControl(ldapts);
      try {
        await ask(() => client.bind(dn, password, control));
        return { code: 0, text: '', policy: control.error };
      } catch (error) {
        if (!(error instanceof ldapts.ResultCodeError)) throw error;
        return { code: error.code, text: error.message, policy: control.error };
      }
    },
    async search(base, options) {
      const timeLimit = Math.ceil(timeoutMs / 1000);
      const asked = { timeLimit, explicitBufferAttributes: ['objectGUID'], ...options };
      const found = await ask(() => client.search(base, asked)).catch((error: unknown) => {
        throw asFault(error);
      });
      return found.searchEntries.map(readEntry);
    },
    isOpen: () => wire.isOpen,
    close,
  };
}

/** The library's own timeouts do not cover all, such as TLS that never begins. */
function inTime<T>(asked: Promise<T>, timeoutMs: number, onLate: () => void): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      onLate();
      reject(new Error('late'));
    }, timeoutMs);
    asked.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}

/**
 * Notes what happens to a socket. Where the library cannot read what a server sends, it may throw
 * within the event (a recursion for each message in a chunk, for example), which would end the
 * process: that ends the connection instead.
 */
function watch<S extends net.Socket>(socket: S, wire: Wire): S {
  wire.sockets.push(socket);
  const emit: (event: string, ...given: unknown[]) => boolean = socket.emit.bind(socket);
  function watched(event: string, ...given: unknown[]): boolean {
    if (event === 'error') {
      wire.fault ??= codeOf(given[0]);
      if (socket.listenerCount('error') === 0) return true; // the library has left it
    }
    if (event === 'end' || event === 'close') wire.isOpen = false;
    if (event !== 'data') return emit(event, ...given);
    wire.received += (given[0] as Buffer).length;
    try {
      if (wire.received <= longestAnswer) return emit(event, ...given);
      wire.fault ??= 'an answer of more than 1 MiB';
    } catch {
      wire.fault ??= 'an answer that cannot be read';
    }
    socket.destroy();
    return false;
  }
  return Object.assign(socket, { emit: watched });
}

function codeOf(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? 'a broken connection';
}
