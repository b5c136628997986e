import type { FromFile } from './file-value.ts';
import type { HydraErrorKind } from './hydra-error.ts';
import type { Method } from './send.ts';

/** How to reach an admin API. */
export interface HydraConfig {
  /** Its http(s) address, with a path if it has one. */
  adminUrl: string;
  /** The server's public address, to resolve a relative `redirect_to`. */
  publicUrl?: string | undefined;
  /** Bearer token. Its file is read again when it changes. */
  token?: string | FromFile | undefined;
  /** Sent with each call, to the admin address only. */
  headers?: Readonly<Record<string, string>>;
  /** Certificates in PEM to trust beside the usual ones. Their file is read again when it changes. */
  ca?: string | FromFile | undefined;
  /** Says that TLS ended at a proxy: a 1.x server with `allow_termination_from` demands it. */
  isTlsTerminationMocked?: boolean;
  /** The server's version, such as `2.3.0`; found out when not given. */
  version?: string | undefined;
  /** For one call in all, finding out the version and a second try included; 5 seconds if not given. */
  timeoutMs?: number;
  /** `got` if not given. */
  transport?: 'got' | 'undici';
}

const usual = {
  headers: {},
  isTlsTerminationMocked: false,
  timeoutMs: 5_000,
  transport: 'got',
} as const;

/** With what was not given. */
export type FullConfig = HydraConfig & Required<Pick<HydraConfig, keyof typeof usual>>;

export function fullConfig(config: HydraConfig): FullConfig {
  return { ...usual, ...config, publicUrl: config.publicUrl?.replace(/\/+$/, '') };
}

/** One call as it came out, without challenge or token: for a log or for metrics. */
export interface HydraCall {
  method: Method;
  /** As `client.ts` names it, such as `login.get`; `server.detect` finds out the version. */
  operation: string;
  /** HTTP status; `undefined` when no answer came. */
  status: number | undefined;
  /** `undefined` when all went well. */
  kind: HydraErrorKind | undefined;
  ms: number;
}

export type Observe = (call: HydraCall) => void;

/** Gets one sentence about something that an operator should look at. */
export type Warn = (sentence: string) => void;
