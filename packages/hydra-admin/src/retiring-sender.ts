import type { FullConfig } from './hydra-config.ts';
import type { Answer, Sender, SenderConfig, SendRequest } from './send.ts';

// Loaded when chosen: each of the two packages costs start-up time and memory.
const senders: Record<FullConfig['transport'], (config: SenderConfig) => Promise<Sender>> = {
  got: async (config) => (await import('./send-got.ts')).createGotSender(config),
  undici: async (config) => (await import('./send-undici.ts')).createUndiciSender(config),
};

export type RetiringSender = ReturnType<typeof createRetiringSender>;

/** A sender that can be closed without breaking the calls under way. */
export function createRetiringSender(transport: FullConfig['transport'], config: SenderConfig) {
  const loading = senders[transport](config);
  const calls = new Set<Promise<Answer>>();

  async function send(request: SendRequest): Promise<Answer> {
    const call = loading.then((sender) => sender.send(request));
    calls.add(call);
    return call.finally(() => calls.delete(call));
  }

  /** Closes when the last call is over. */
  async function retire(): Promise<void> {
    await Promise.allSettled(calls);
    await close();
  }

  /** Ends all connections, busy ones too. */
  async function close(): Promise<void> {
    await (await loading).close();
  }

  return { send, retire, close };
}
