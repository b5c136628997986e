/**
 * The request that is being served, wherever its work has got to: for log lines, and for those we ask.
 * Known only where somebody follows requests across programs (see `requestLog`).
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import { traceparentOf, type TraceContext } from './trace-context.ts';

export interface CurrentRequest {
  readonly id: string;
  /** Once its answer has ended, work that goes on is nobody's: timers and connections outlive a request. */
  isOver: boolean;
}

/** A request, and where in its trace we are. */
export interface Current {
  readonly request: CurrentRequest;
  /** Of the innermost span of ours, or as it came from a proxy; `undefined` when there is no trace. */
  readonly trace: TraceContext | undefined;
}

const storage = new AsyncLocalStorage<Current>();

/** Runs what belongs to a request. */
export function within<T>(current: Current, run: () => T): T {
  return storage.run(current, run);
}

/** `undefined` outside of requests, and for what goes on after one. */
export function current(): Current | undefined {
  const found = storage.getStore();
  return found?.request.isOver ? undefined : found;
}

/** The id of the request that has begun this work, even if it is over. */
export function requestOfWork(): string | undefined {
  return storage.getStore()?.request.id;
}

/** Members of the log lines of a request. */
export function linesOfRequest(): { request?: string; trace?: string } {
  const found = current();
  if (!found) return {};
  const { request, trace } = found;
  return trace ? { request: request.id, trace: trace.traceId } : { request: request.id };
}

/** Headers for servers of the same house, such as the OAuth2 server; names in lower case. */
export function onwardHeaders(): Record<string, string> | undefined {
  const found = current();
  if (!found) return undefined;
  const { request, trace } = found;
  if (!trace) return { 'x-request-id': request.id };
  return {
    'x-request-id': request.id,
    traceparent: traceparentOf(trace),
    ...(trace.state && { tracestate: trace.state }),
  };
}

/**
 * The same as a comment for SQL, in the form of sqlcommenter.
 * @returns without the marks of a comment; nothing in it can end one
 */
export function sqlComment(): string | undefined {
  const found = current();
  if (!found) return undefined;
  const { request, trace } = found;
  const members = [
    ['request_id', request.id],
    ...(trace ? [['traceparent', traceparentOf(trace)]] : []),
    ...(trace?.state ? [['tracestate', trace.state]] : []),
  ];
  return members.map(([name, text]) => `${name}='${encoded(text!)}'`).join(',');
}

function encoded(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
