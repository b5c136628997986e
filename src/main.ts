import { createApp } from './app.ts';
import { assemble } from './assemble.ts';
import { loadConfig } from './config.ts';
import { rawHeaders } from './web/headers.ts';
import { startServer } from './web/server.ts';

const stopWithinMs = 10_000;

/** Settings → parts → app → port. On a signal the process stops in the reverse order. */
async function main(): Promise<void> {
  const parts = await assemble(loadConfig(process.env));
  const { config, log, hydra, identity, revocations } = parts;
  const server = await startServer(createApp(parts), {
    ...config.server,
    headers: rawHeaders(config.web.baseUrl),
    warn: (fault) => log.error({ err: fault }, 'fault of the server'),
  });

  const stop = async (signal: string) => {
    log.info({ signal }, 'stopping');
    await server.stop(stopWithinMs);
    revocations.close();
    await Promise.all([hydra.close(), identity.close()]);
    log.info('stopped');
  };
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => void stop(signal));
  log.info({ port: server.port, address: config.web.baseUrl.href }, 'listening');
}

/** Operators fix settings, files and ports by the message alone. Anything else is a bug: show its stack. */
function isForOperator(error: unknown): error is Error {
  if (!(error instanceof Error)) return false;
  return 'faults' in error || ('syscall' in error && 'code' in error);
}

try {
  await main();
} catch (error) {
  console.error(isForOperator(error) ? error.message : error);
  process.exit(1);
}
