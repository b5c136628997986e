import { setFlagsFromString } from 'node:v8';
import { proxyOf } from '@portico/hydra-admin';
import { createApp } from './app.ts';
import { assemble } from './assemble.ts';
import { loadConfig, type Config } from './config.ts';
import { openControl } from './limits/control.ts';
import type { Management } from './management/management.ts';
import { release } from './release.ts';
import { writerOf } from './writer.ts';
import { rawHeaders } from './web/headers.ts';
import { createLog, standardOutput } from './web/log.ts';
import { messageClassesOf } from './web/message-classes.ts';
import { reportEnd } from './web/report-end.ts';
import { startServer } from './web/server.ts';
import { awaitStopSignals, type NextSignal } from './web/stop-signals.ts';

/** For the requests that are being served when the port closes. */
const stopWithinMs = 10_000;
/** For what is closed after them: a database that hangs would never let go. */
const closeWithinMs = 5_000;

// V8 lets the heap grow to four times what is in use before it collects. So it collects at 1.4 times,
// which takes a third less memory under load and no more time (docs/decisions/0040).
setFlagsFromString('--heap-growing-percent=40');

const output = standardOutput();

/**
 * Settings → parts → app → port. On a signal the process stops in the reverse order: it says that it is
 * not ready, serves on until balancers have noticed, and ends what it has begun.
 */
async function main(): Promise<void> {
  const onStopSignal = awaitStopSignals();
  const config = loadConfig(process.env);
  const { writer, inForce: settings } = config;
  const about = { commit: release.commit, node: process.version, settings };
  createLog(config.log.level, output, writer).info(about, 'starting');
  const management = await openManagement(config);
  const parts = await assemble(config, output, management?.watch);
  const { auditTrail, log, hydra, database, identity, lifecycle, revocations, state, tracer } =
    parts;
  const control = await openControl(config.controlSocket, config.server.port, parts);
  const app = createApp(parts);
  const server = await startServer(management?.attach(app, parts) ?? app, {
    ...config.server,
    headers: rawHeaders(config.web.baseUrl),
    classes: messageClassesOf(app),
    warn: (fault) => log.error({ err: fault }, 'fault of the server'),
  });

  const stop = async (signal: string, nextSignal: NextSignal) => {
    const { drainSeconds } = config.server;
    lifecycle.end();
    log.info({ signal, drainSeconds }, 'stopping');
    await server.stop(stopWithinMs, { drainMs: drainSeconds * 1000, nextSignal });
    const giveUp = () => {
      log.warn('ends with connections that could not be closed');
      process.exit(1);
    };
    setTimeout(giveUp, closeWithinMs).unref();
    nextSignal().addEventListener('abort', giveUp);
    auditTrail.close();
    revocations.close();
    await Promise.all([control?.close(), hydra.close(), identity.close(), state.close()]);
    await database?.close();
    await tracer.close();
    await management?.close(); // last, so that the drain can be watched
    log.info('stopped');
    // A collector that does not answer is not waited for any longer.
    if (tracer.isOn) process.exit();
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

/** Also for what nobody catches: a process that goes on after that may do anything. */
function end(error: unknown): never {
  reportEnd(error, { output, base: writerOf(process.env) });
  process.exit(1);
}

process.on('uncaughtException', end);
try {
  await main();
} catch (error) {
  end(error);
}
