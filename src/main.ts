import { createApp } from './app.ts';
import { assemble } from './assemble.ts';
import { loadConfig } from './config.ts';
import { startServer } from './web/server.ts';

const stopWithinMs = 10_000;

/** Settings → parts → app → port; and all of it backwards when the process is told to end. */
async function main(): Promise<void> {
  const parts = await assemble(loadConfig(process.env));
  const { config, log, hydra, identity } = parts;
  const server = await startServer(createApp(parts), config.server);

  const stop = async (signal: string) => {
    log.info({ signal }, 'stopping');
    await server.stop(stopWithinMs);
    await Promise.all([hydra.close(), identity.close()]);
    log.info('stopped');
  };
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => void stop(signal));
  log.info({ port: server.port, address: config.web.baseUrl.href }, 'listening');
}

/** Settings, files and ports are the operator's to mend; anything else is a bug and needs its stack. */
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
