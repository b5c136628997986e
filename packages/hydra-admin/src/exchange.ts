import { setTimeout as pause } from 'node:timers/promises';
import type { FullConfig } from './hydra-config.ts';
import {
  SendError,
  type Answer,
  type Sender,
  type SenderConfig,
  type SendRequest,
} from './send.ts';

/** What to send, and the moment of `performance.now()` at which its time is over. */
export interface ExchangeRequest extends Omit<SendRequest, 'timeoutMs'> {
  end: number;
}

const retryAfterMs = 20;

// Loaded when chosen: each of the two packages costs start-up time and memory.
const senders: Record<FullConfig['transport'], (config: SenderConfig) => Promise<Sender>> = {
  got: async (config) => (await import('./send-got.ts')).createGotSender(config),
  undici: async (config) => (await import('./send-undici.ts')).createUndiciSender(config),
};

/**
 * Sends below the admin address by the chosen way. A GET is tried twice when the connection breaks;
 * nothing else is, because the server may have done it, and some versions refuse a second answer.
 */
export function createExchange(config: FullConfig) {
  const { origin, pathname } = new URL(config.adminUrl);
  const basePath = pathname.replace(/\/+$/, '');
  const headers = headersOf(config);
  const loading = senders[config.transport]({ origin, headers, ca: config.ca });

  async function exchange({ end, ...request }: ExchangeRequest): Promise<Answer> {
    const { send } = await loading;
    const once = () => send({ ...request, path: basePath + request.path, timeoutMs: left(end) });
    try {
      return await once();
    } catch (error) {
      const isBroken = error instanceof SendError && error.fault === 'broken';
      if (request.method !== 'GET' || !isBroken) throw error;
    }
    await pause(retryAfterMs);
    return once();
  }

  return { exchange, close: async () => (await loading).close() };
}

function left(end: number): number {
  const ms = Math.ceil(end - performance.now());
  if (ms <= 0) throw new SendError('slow');
  return ms;
}

/** What every call says. The token comes last: no other header may take its place. */
function headersOf({ token, headers, isTlsTerminationMocked }: FullConfig) {
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
