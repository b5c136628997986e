import { proxyOf } from '@portico/hydra-admin';
import { createApp } from './app.ts';
import { assemble } from './assemble.ts';
import { loadConfig, type Config } from './config.ts';
import { openControl } from './limits/control.ts';
import type { Management } from './management/management.ts';
import { rawHeaders } from './web/headers.ts';
import { startServer } from './web/server.ts';
import { awaitStopSignals, type NextSignal } from './web/stop-signals.ts';

/** For the requests that are being served when the port closes. */
const stopWithinMs = 10_000;

/**
 * Settings → parts → app → port. On a signal the process stops in the reverse order: it says that it is
 * not ready, serves on until balancers have noticed, and ends what it has begun.
 */
async function main(): Promise<void> {
  const onStopSignal = awaitStopSignals();
  const config = loadConfig(process.env);
  const management = await openManagement(config);
  const parts = await assemble(config, undefined, management?.watch);
  const { auditTrail, log, hydra, database, identity, lifecycle, revocations, state } = parts;
  const control = await openControl(config.controlSocket, config.server.port, parts);
  const app = createApp(parts);
  const server = await startServer(management?.attach(app, parts) ?? app, {
    ...config.server,
    headers: rawHeaders(config.web.baseUrl),
    warn: (fault) => log.error({ err: fault }, 'fault of the server'),
  });

  const stop = async (signal: string, nextSignal: NextSignal) => {
    const { drainSeconds } = config.server;
    lifecycle.end();
    log.info({ signal, drainSeconds }, 'stopping');
    await server.stop(stopWithinMs, { drainMs: drainSeconds * 1000, nextSignal });
    nextSignal().addEventListener('abort', () => process.exit(1));
    auditTrail.close();
    revocations.close();
    await Promise.all([control?.close(), hydra.close(), identity.close(), state.close()]);
    await database?.close();
    await management?.close(); // last, so that the drain can be watched
    log.info('stopped');
  };
  management?.opened(server);
  onStopSignal((signal, next) => void stop(signal, next));
  lifecycle.begin();
  // Without a file, a hang-up ends the process, as usual.
  if (config.log.audit !== 'stdout') process.on('SIGHUP', () => auditTrail.reopen());
  const proxy = proxyOf(config.hydra)?.origin; // without its password
  log.info(
    { port: server.port, address: config.web.baseUrl.href, proxy, management: management?.port },
    'listening',
  );
}

/** Loaded only if it is set: whoever does without it pays nothing for it. */
async function openManagement(config: Config): Promise<Management | undefined> {
  if (!config.management) return undefined;
  const { startManagement } = await import('./management/management.ts');
  return startManagement(config, config.management);
}

/**
 * Operators fix settings, files, ports and databases by the message alone. Anything else is a bug: show
 * its stack.
 */
function isForOperator(error: unknown): error is Error {
  if (!(error instanceof Error)) return false;
  if (error.name === 'DatabaseError' || error.name === 'MigrationError') return true;
  return 'faults' in error || ('syscall' in error && 'code' in error);
}

try {
  await main();
} catch (error) {
  console.error(isForOperator(error) ? error.message : error);
  process.exit(1);
}
