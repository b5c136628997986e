import { AsyncLocalStorage } from 'node:async_hooks';
import { pino, type Logger } from 'pino';
import type { Request, RequestHandler } from 'express';

export type Log = Logger;

declare global {
  // oxlint-disable-next-line typescript/no-namespace
  namespace Express {
    interface Request {
      /** Stands in every log line and on pages where help may be asked. */
      id: string;
    }
  }
}

/** JSON lines on standard output. */
export function createLog(level: string): Log {
  const options = { level, base: null, timestamp: pino.stdTimeFunctions.isoTime };
  // Writes while requests go on; what waits is written in one go.
  return pino(options, pino.destination({ fd: 1, sync: false }));
}

const currentRequest = new AsyncLocalStorage<string>();

/**
 * Gives each request an id and writes one line when it is answered. Addresses stand there without
 * their query: it holds challenges.
 */
export function requestLog(log: Log): RequestHandler {
  const isDebug = log.isLevelEnabled('debug');
  return function requestLog(req, res, next) {
    const start = performance.now();
    req.id = idFromProxy(req) ?? newId();
    res.on('close', () => {
      const ms = tenths(performance.now() - start);
      const path = req.originalUrl.split('?', 1)[0];
      const end = res.writableFinished ? undefined : 'gone';
      log.info(
        { request: req.id, method: req.method, path, status: res.statusCode, ms, end },
        'request',
      );
    });
    // Keeping the id at hand for the lines of admin calls costs time, so only where they are written.
    if (isDebug) currentRequest.run(req.id, next);
    else next();
  };
}

/** One call of the admin API, as `createHydra` reports it. */
export interface AdminCall {
  operation: string;
  method: string;
  status: number | undefined;
  kind: string | undefined;
  ms: number;
}

/** Writes a debug line for each admin call; `undefined` at quieter levels. */
export function adminCallLog(log: Log): ((call: AdminCall) => void) | undefined {
  if (!log.isLevelEnabled('debug')) return undefined;
  return (call) => {
    const ms = tenths(call.ms);
    log.debug({ request: currentRequest.getStore(), ...call, ms }, 'admin call');
  };
}

export type AuditEvent = 'signed in' | 'refused' | 'granted' | 'denied' | 'signed out' | 'stayed';

/** The audit trail: one line for each decision. */
export function audit(
  log: Log,
  req: Request,
  event: AuditEvent,
  facts: Record<string, unknown>,
): void {
  log.info({ request: req.id, audit: event, ...facts }, event);
}

function tenths(ms: number): number {
  return Math.round(ms * 10) / 10;
}

/** Digits and letters that are not mistaken for each other when read out. */
const letters = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

function newId(): string {
  let id = '';
  for (let i = 0; i < 8; i++) {
    if (i === 4) id += '-';
    id += letters[Math.floor(Math.random() * letters.length)]!;
  }
  return id;
}

/** An id from outside is taken only from a proxy that we were told to trust. */
function idFromProxy(req: Request): string | undefined {
  const given = req.headers['x-request-id'];
  if (typeof given !== 'string' || !/^[\w.:-]{1,64}$/.test(given)) return undefined;
  const trusts = req.app.get('trust proxy fn') as (address: string, hop: number) => boolean;
  return trusts(req.socket.remoteAddress ?? '', 0) ? given : undefined;
}
