import { setTimeout as pause } from 'node:timers/promises';
import { createCurrentSender } from './current-sender.ts';
import type { FullConfig, Warn } from './hydra-config.ts';
import { isCertificateFault, SendError, type Answer, type SendRequest } from './send.ts';

/** What to send, and the time of `performance.now()` by which the answer must be there. */
export interface ExchangeRequest extends Omit<SendRequest, 'timeoutMs'> {
  end: number;
}

const retryAfterMs = 20;

/**
 * Sends requests below the admin address. A request is sent again, once:
 * - if it is a GET and the connection broke. Others are not repeated: the server may have done
 *   them, and some versions refuse a second answer;
 * - if the token was refused or the certificate is not trusted, and its file holds another one by
 *   now.
 * @throws Error if the file of the token or of the certificates is bad from the start
 */
export function createExchange(
  config: FullConfig,
  warn: Warn = (text) => process.emitWarning(text),
) {
  const basePath = new URL(config.adminUrl).pathname.replace(/\/+$/, '');
  const senders = createCurrentSender(config, warn);

  async function exchange({ end, ...request }: ExchangeRequest): Promise<Answer> {
    const sender = senders.get();
    const path = basePath + request.path;
    try {
      const answer = await sender.send({ timeoutMs: left(end), ...request, path });
      const isRefused = answer.status === 401 || answer.status === 403;
      if (!isRefused || !senders.hasReplaced(sender)) return answer;
    } catch (error) {
      if (!(error instanceof SendError) || error.fault !== 'broken') throw error;
      if (isCertificateFault(error)) {
        if (!senders.hasReplaced(sender)) throw error;
      } else {
        if (request.method !== 'GET') throw error;
        await pause(retryAfterMs);
      }
    }
    return senders.get().send({ timeoutMs: left(end), ...request, path });
  }

  return { exchange, tokens: senders.tokens, close: () => senders.close() };
}

function left(end: number): number {
  const ms = Math.ceil(end - performance.now());
  if (ms <= 0) throw new SendError('slow');
  return ms;
}
