import type { FromFile } from './file-value.ts';
import type { HydraErrorKind } from './hydra-error.ts';
import type { ProxyConfig } from './proxy.ts';
import type { Method } from './send.ts';

/** How to reach an admin API. */
export interface HydraConfig {
  /** The http(s) address of the admin API; may have a path. */
  adminUrl: string;
  /** The server's public address, to resolve a relative `redirect_to`. */
  publicUrl?: string | undefined;
  /** Bearer token. Its file is read again when it changes. */
  token?: string | FromFile | undefined;
  /** Sent with each call, to the admin address only. */
  headers?: Readonly<Record<string, string>>;
  /**
   * Certificates in PEM to trust beside the usual ones. Their file is read again when it changes.
   */
  ca?: string | FromFile | undefined;
  /** Sends `X-Forwarded-Proto: https`, which a 1.x server with `allow_termination_from` demands. */
  isTlsTerminationMocked?: boolean;
  /** The server's version, such as `2.3.0`; detected when not given. */
  version?: string | undefined;
  /**
   * For one whole call, detection of the version and a second try included. 5 seconds by default.
   */
  timeoutMs?: number;
  /** The proxies of this network. Addresses on this machine are always reached directly. */
  proxy?: ProxyConfig | undefined;
  /** `got` by default. */
  transport?: 'got' | 'undici';
  /**
   * Asked each time a request is sent: headers for this one, such as those of a trace, beside the others.
   * Names in lower case.
   */
  headersNow?: HeadersNow | undefined;
  /** Runs the work of each call, such as in a span of a trace. */
  around?: Around | undefined;
}

export type HeadersNow = () => Readonly<Record<string, string>> | undefined;

const defaults = {
  headers: {},
  isTlsTerminationMocked: false,
  timeoutMs: 5_000,
  transport: 'got',
} as const;

/** A configuration with its defaults filled in. */
export type FullConfig = HydraConfig & Required<Pick<HydraConfig, keyof typeof defaults>>;

export function fullConfig(config: HydraConfig): FullConfig {
  return { ...defaults, ...config, publicUrl: config.publicUrl?.replace(/\/+$/, '') };
}

/** The outcome of one call, for a log or metrics. Holds no challenge and no token. */
export interface HydraCall {
  method: Method;
  /** Such as `login.get`; `server.detect` is the detection of the version. */
  operation: string;
  /** The HTTP status; `undefined` if no answer came. */
  status: number | undefined;
  /** `undefined` if the call succeeded. */
  kind: HydraErrorKind | undefined;
  ms: number;
}

/**
 * @param call what is asked; `path` has names in the place of ids, and no prefix of a version
 * @param outcome is filled when the work is over, whether it was done or threw
 * @returns what the work returns
 */
export type Around = <T>(
  call: { operation: string; method: Method; path: string },
  outcome: Readonly<HydraCall>,
  work: () => Promise<T>,
) => Promise<T>;

export type Observe = (call: HydraCall) => void;

/** Gets one sentence about something that an operator should look at. */
export type Warn = (sentence: string) => void;
