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
  let loaded: Sender | undefined;
  let underWay = 0;
  let whenIdle = () => {};

  async function send(request: SendRequest): Promise<Answer> {
    underWay++;
    try {
      loaded ??= await loading;
      return await loaded.send(request);
    } finally {
      underWay--;
      if (underWay === 0) whenIdle();
    }
  }

  /** Closes when the last call is over. */
  async function retire(): Promise<void> {
    if (underWay > 0) await new Promise<void>((resolve) => (whenIdle = resolve));
    await close();
  }

  /** Ends all connections, busy ones too. */
  async function close(): Promise<void> {
    await (await loading).close();
  }

  return { send, retire, close };
}
