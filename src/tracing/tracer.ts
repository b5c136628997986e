/** The seam of tracing: what parts may do with a trace, whether there is a library behind it or not. */
import type { Request } from 'express';
import type { TraceContext } from '../web/trace-context.ts';

/** Names as in the semantic conventions of OpenTelemetry. No challenge, login, subject, app name or address. */
export type Attributes = Readonly<Record<string, string | number | boolean | undefined>>;

export interface SpanAbout {
  /** One of few: without ids and values. */
  name: string;
  /** `client` for a question to another server. */
  kind?: 'client' | 'internal';
  attributes?: Attributes;
}

/** What becomes known while a span lasts. */
export type Note = (attributes: Attributes) => void;

/** The span of a request. */
export interface Served {
  context: TraceContext;
  end(outcome: {
    path: string;
    route: string | undefined;
    status: number;
    /** Whether the browser left before it had the answer. */
    isGone: boolean;
  }): void;
}

export interface Tracer {
  /** False when there is no library behind it: then spans are nothing but their work. */
  readonly isOn: boolean;
  /**
   * Runs a part of the work of a request as a span of its own; outside of requests just runs it. An
   * error marks the span by its kind, and is thrown on.
   */
  readonly span: <T>(about: SpanAbout, run: (note: Note) => T) => T;
  /**
   * Begins the span of a request.
   * @param parent from a trusted proxy
   * @returns `undefined` when there is to be none
   */
  serve(req: Request, parent: TraceContext | undefined): Served | undefined;
  /** Sends what is still here, for a second or two. */
  close(): Promise<void>;
}

const ignore: Note = () => undefined;

export const noTracer: Tracer = {
  isOn: false,
  span: (_about, run) => run(ignore),
  serve: () => undefined,
  close: async () => undefined,
};
