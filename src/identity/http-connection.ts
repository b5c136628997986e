import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import tls from 'node:tls';
import type { IdentityLog } from './backend.ts';

/** How the API for people is reached. What a file holds may change while we run. */
export interface ConnectionConfig {
  url: string;
  token?: string | undefined;
  tokenFile?: string | undefined;
  /** Certificates in PEM: these are trusted, and no others. */
  caFile?: string | undefined;
  /** For mutual TLS, both in PEM. */
  certFile?: string | undefined;
  keyFile?: string | undefined;
}

export interface Connection {
  url: string;
  agent: http.Agent;
  headers: Record<string, string>;
}

const mostSockets = 64;
/** Shorter than servers keep idle connections, so that few requests meet one that is being closed. */
const idleMs = 3_000;
const rereadAfterMs = 1_000;

/**
 * The connections to the API, with the token and the certificates of today: files are read again
 * when they are a second old. If one turns bad, what it held before stays in use.
 * @throws Error when a file is bad from the start; the message names the file, never its content
 */
export function createConnections(config: ConnectionConfig, log: IdentityLog) {
  const isFromFiles = Boolean(config.tokenFile ?? config.caFile ?? config.certFile);
  let texts = readTexts(config);
  let connection = connect(config, texts);
  let rereadAt = performance.now() + rereadAfterMs;
  let isBad = false;

  function reread(): void {
    rereadAt = performance.now() + rereadAfterMs;
    try {
      const found = readTexts(config);
      if (JSON.stringify(found) !== JSON.stringify(texts)) {
        const next = connect(config, found);
        retire(connection.agent);
        [connection, texts] = [next, found];
      }
      isBad = false;
    } catch (error) {
      const fault = error instanceof Error ? error.message : String(error);
      if (!isBad)
        log.warn({ fault }, 'a file for the API of people is bad: its last content stays');
      isBad = true;
    }
  }

  return {
    current(): Connection {
      if (isFromFiles && performance.now() >= rereadAt) reread();
      return connection;
    },
    close: () => connection.agent.destroy(),
  };
}

type Texts = ReturnType<typeof readTexts>;

function readTexts({ token, tokenFile, caFile, certFile, keyFile }: ConnectionConfig) {
  return {
    token: tokenFile === undefined ? token : readToken(tokenFile),
    ca: caFile && readText(caFile),
    cert: certFile && readText(certFile),
    key: keyFile && readText(keyFile),
  };
}

function connect({ url, caFile, certFile }: ConnectionConfig, texts: Texts): Connection {
  const { token, ca, cert, key } = texts;
  const pooling = { keepAlive: true, maxSockets: mostSockets, timeout: idleMs };
  if (ca) usable(caFile!, () => new X509Certificate(ca));
  const agent = url.startsWith('https:')
    ? new https.Agent({
        ...pooling,
        rejectUnauthorized: true, // whatever NODE_TLS_REJECT_UNAUTHORIZED says
        secureContext: usable(certFile ?? caFile ?? '', () =>
          tls.createSecureContext({ ca, cert, key }),
        ),
      })
    : new http.Agent(pooling);
  return { url, agent, headers: token ? { Authorization: `Bearer ${token}` } : {} };
}

function usable<T>(file: string, make: () => T): T {
  try {
    return make();
  } catch {
    // The reason of OpenSSL is left out: it says little, and might quote what it has read.
    throw new Error(`${file} holds no usable PEM, or not the one that fits the key`);
  }
}

function readToken(file: string): string {
  const token = readText(file).trim();
  if (!/^[\x20-\x7e]+$/.test(token)) throw new Error(`${file} holds no token in one line`);
  return token;
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new Error(`${file} cannot be read (${code})`, { cause: error });
  }
}

/** Lets what is under way end, and keeps no connection after it. */
function retire(agent: http.Agent): void {
  agent.maxFreeSockets = 0;
  for (const sockets of Object.values(agent.freeSockets)) {
    for (const socket of sockets ?? []) socket.destroy();
  }
}
