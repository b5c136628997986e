import { kind } from '@portico/settings';
import { trustAlso } from './certificates.ts';
import { createFileValue, type FileValue, type FromFile } from './file-value.ts';
import type { FullConfig, Warn } from './hydra-config.ts';
import { proxyOf } from './proxy.ts';
import { createRetiringSender, type RetiringSender } from './retiring-sender.ts';

/** A read takes some 10 µs, so once a second costs nothing; a second late does no harm. */
const rereadAfterMs = 1_000;

/**
 * Provides the sender with the current token and certificates. When one of their files changes, a
 * new sender with new connections takes over, and the old one finishes its calls.
 * @param warn gets one sentence each time a file turns bad; what it held before stays in use
 * @throws Error if one of the files is bad from the start
 */
export function createCurrentSender(config: FullConfig, warn: Warn) {
  const token = valueOf(config.token, readToken, warn);
  const trust = valueOf(config.ca, trustAlso, warn);
  const isFromFile = [config.token, config.ca].some((given) => typeof given === 'object');
  const senders = new Set<RetiringSender>();
  let tokens = [token.current];
  let sender = openSender();
  let rereadAt = performance.now() + rereadAfterMs;

  function openSender(): RetiringSender {
    const opened = createRetiringSender(config.transport, {
      origin: new URL(config.adminUrl).origin,
      headers: headersOf(config, token.current),
      secureContext: trust.current,
      proxy: proxyOf(config),
      headersNow: config.headersNow,
    });
    senders.add(opened);
    return opened;
  }

  function reread(): void {
    rereadAt = performance.now() + rereadAfterMs;
    const [oldToken, oldTrust] = [token.current, trust.current];
    token.refresh();
    trust.refresh();
    if (token.current === oldToken && trust.current === oldTrust) return;
    tokens = [token.current, oldToken];
    const old = sender;
    sender = openSender();
    void old.retire().finally(() => senders.delete(old));
  }

  return {
    get(): RetiringSender {
      if (isFromFile && performance.now() >= rereadAt) reread();
      return sender;
    },
    /** Reads the files now, and tells whether another sender has taken over. */
    hasReplaced(used: RetiringSender): boolean {
      if (isFromFile && used === sender) reread();
      return used !== sender;
    },
    /** The current token and the previous one. */
    tokens: (): string[] => tokens.filter((one) => one !== undefined),
    async close(): Promise<void> {
      await Promise.all([...senders].map((one) => one.close()));
    },
  };
}

function valueOf<T>(
  given: string | FromFile | undefined,
  read: (text: string) => T,
  warn: Warn,
): FileValue<T | undefined> {
  if (typeof given === 'object') return createFileValue(given, read, warn);
  return { current: given === undefined ? undefined : read(given), refresh() {} };
}

function readToken(text: string): string {
  const token = kind.headerValue(text);
  if (token === undefined) throw new Error('it is not a token in one line');
  return token;
}

/** The headers of every call. The token comes last, so no other header can replace it. */
function headersOf({ headers, isTlsTerminationMocked }: FullConfig, token: string | undefined) {
  const given = Object.entries(headers).map(
    ([name, value]) => [name.toLowerCase(), value] as const,
  );
  return {
    accept: 'application/json',
    'user-agent': 'node',
    ...(isTlsTerminationMocked && { 'x-forwarded-proto': 'https' }),
    ...Object.fromEntries(given),
    ...(token !== undefined && { authorization: `Bearer ${token}` }),
  };
}
