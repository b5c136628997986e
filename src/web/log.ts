import { writeFileSync, writeSync } from 'node:fs';
import { pino, type DestinationStream, type Logger } from 'pino';
import type { HydraCall } from '@portico/hydra-admin';
import type { Request, RequestHandler } from 'express';
import type { Tracer } from '../tracing/tracer.ts';
import type { Watch } from '../watch.ts';
import { linesOfRequest, requestOfWork, within, type CurrentRequest } from './current-request.ts';
import { readTraceContext, type TraceContext } from './trace-context.ts';

export type Log = Logger;
/** Takes whole lines, each with a line break at its end. */
export type Output = DestinationStream;

declare global {
  // oxlint-disable-next-line typescript/no-namespace
  namespace Express {
    interface Request {
      /** In every log line of this request, and on error pages as the reference. */
      id: string;
      /** The id of the trace that it belongs to, if there is one. In the same lines. */
      traceId: string | undefined;
    }
  }
}

/** In bytes: what is kept of lines that nobody reads. Further ones are dropped. */
const mostUnread = 16 * 1024 * 1024;
const complainEveryMs = 60_000;
/** A write for each line would take a tenth of a page's time. */
const together = { length: 8 * 1024, ms: 20 };

/**
 * The standard output. Lines are collected and written together, and requests do not wait for that;
 * the rest is written when the process ends. Lines that cannot be written are lost, and the standard
 * error says so once a minute: without them people can still sign in.
 */
export function standardOutput(): Output {
  let current = open();
  let complainedAt = Number.NEGATIVE_INFINITY;
  let lines = '';
  let timer: NodeJS.Timeout | undefined;

  function open() {
    // Not `sync`: a reader that is slow must not stop the process.
    const output = pino.destination({ fd: 1, sync: false, maxLength: mostUnread });
    output.on('drop', () => complain('nobody reads them'));
    output.on('error', (fault: NodeJS.ErrnoException) => {
      if (fault.code === 'EPIPE' || output !== current) return; // nobody is there any more
      complain(fault.message);
      // What it holds would be tried for ever, and the end of the process would wait for it.
      current = open();
      output.destroy();
    });
    return output;
  }

  function complain(reason: string): void {
    if (Date.now() - complainedAt < complainEveryMs) return;
    complainedAt = Date.now();
    try {
      writeSync(2, `Lines of the log cannot be written and are lost: ${reason}\n`);
    } catch {
      // it is as full as the standard output
    }
  }

  function take(): string {
    clearTimeout(timer);
    timer = undefined;
    const taken = lines;
    lines = '';
    return taken;
  }

  const pass = () => void current.write(take());

  // From here on pino may have closed its stream: what is left is for the exit.
  process.on('beforeExit', () => clearTimeout(timer));
  process.on('exit', () => {
    try {
      writeFileSync(1, take());
    } catch {
      // On a full disk, trying again would keep the process from ending.
    }
  });

  return {
    write(line) {
      lines += line;
      if (lines.length >= together.length) pass();
      else timer ??= setTimeout(pass, together.ms).unref();
    },
  };
}

/**
 * A log of JSON lines. Those of a request say which, wherever they are written.
 * @param base members of every line, such as who writes it
 */
export function createLog(level: string, output: Output, base: object | null = null): Log {
  const { isoTime: timestamp } = pino.stdTimeFunctions;
  return pino({ level, base, timestamp, mixin: linesOfRequest }, output);
}

/**
 * Gives each request an id and its place in a trace, and logs one line when its response is finished.
 * The path is logged without the query, which holds challenges.
 */
export function requestLog(log: Log, tracer: Pick<Tracer, 'isOn' | 'serve'>): RequestHandler {
  const isAlwaysFollowed = tracer.isOn || log.isLevelEnabled('debug');
  return function requestLog(req, res, next) {
    const start = performance.now();
    const given = fromProxy(req);
    req.id = given.id ?? newId();
    const request: CurrentRequest = { id: req.id, isOver: false };
    const served = tracer.serve(req, given.trace);
    const trace = served?.context ?? given.trace;
    req.traceId = trace?.traceId;
    res.on('close', () => {
      request.isOver = true;
      const ms = tenths(performance.now() - start);
      const path = loggedPath(req.originalUrl);
      const end = res.writableFinished ? undefined : 'gone';
      const level = probes.has(req) ? 'debug' : 'info';
      const { id, method, traceId } = req;
      const { statusCode: status } = res;
      log[level]({ request: id, trace: traceId, method, path, status, ms, end }, 'request');
      served?.end({ path, status, route: routeOf(req), isGone: end !== undefined });
    });
    // Before Node 24 this takes a page 5 % more time, and all later pages: only if somebody asks for it.
    if (isAlwaysFollowed || given.id || trace) within({ request, trace }, next);
    else next();
  };
}

/** As the code has it, with names in the place of values. */
function routeOf(req: Request): string | undefined {
  const { path } = (req.route ?? {}) as { path?: unknown };
  return typeof path === 'string' ? req.baseUrl + path : undefined;
}

const probes = new WeakSet<Request>();

/** For health checks, which come every second: their lines are for `debug`. */
export const isProbe: RequestHandler = function isProbe(req, _res, next) {
  probes.add(req);
  next();
};

/** Where a query begins, also when its marks are encoded or there is none. */
const queryMark = /[?&;=#]|%(?:3f|26|3b|3d|23)/i;
const longestSegment = 31;

/** The path without anything that may be a challenge: mangled links have it in odd places. */
function loggedPath(url: string): string {
  const [path = ''] = url.split(queryMark, 1);
  const segments = path.split('/').slice(0, 10);
  return segments.map((one) => (one.length > longestSegment ? '…' : one)).join('/');
}

/**
 * Logs a debug line for each admin call, and tells the watch.
 * @returns `undefined` if that level is off and nothing watches
 */
export function adminCallLog(
  log: Log,
  watch?: Pick<Watch, 'adminCall'>,
): ((call: HydraCall) => void) | undefined {
  if (!log.isLevelEnabled('debug')) return watch?.adminCall;
  return (call) => {
    watch?.adminCall(call);
    const ms = tenths(call.ms);
    log.debug({ request: requestOfWork(), ...call, ms }, 'admin call');
  };
}

function tenths(ms: number): number {
  return Math.round(ms * 10) / 10;
}

/** Digits and letters that people do not confuse (no I, L, O, U). */
const letters = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

function newId(): string {
  let id = '';
  for (let i = 0; i < 8; i++) {
    if (i === 4) id += '-';
    id += letters[Math.floor(Math.random() * letters.length)]!;
  }
  return id;
}

/** What a trusted proxy (`TRUST_PROXY`) says of a request: an id, and its place in a trace. */
function fromProxy(req: Request): { id?: string; trace?: TraceContext } {
  const { 'x-request-id': id, traceparent, tracestate } = req.headers;
  if (id === undefined && traceparent === undefined) return {};
  const trusts = req.app.get('trust proxy fn') as (address: string, hop: number) => boolean;
  if (!trusts(req.socket.remoteAddress ?? '', 0)) return {};
  const trace = readTraceContext(oneOf(traceparent), oneOf(tracestate));
  const isUsable = typeof id === 'string' && /^[\w.:-]{1,64}$/.test(id);
  return { ...(isUsable && { id }), ...(trace && { trace }) };
}

/** Node joins what comes twice by a comma. */
const oneOf = (header: string | string[] | undefined): string | undefined => header?.toString();
