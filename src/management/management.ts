/** The port for those who run Portico: numbers, health, version. Loaded only when it is set. */
import type { RequestListener } from 'node:http';
import type { Express } from 'express';
import type { Parts } from '../assemble.ts';
import type { Config } from '../config.ts';
import { markOfAll } from '../fingerprint.ts';
import type { Identity } from '../identity/backend.ts';
import { createMetrics } from '../metrics/metrics.ts';
import { screensOf } from '../metrics/screens.ts';
import { release } from '../release.ts';
import { startServer, type RunningServer } from '../web/server.ts';
import type { Watch } from '../watch.ts';
import { createAnswers } from './answers.ts';
import { createDependencies, type Check } from './dependencies.ts';

export interface Management {
  /** For `assemble`. */
  watch: Watch;
  /** The actual port, even if the setting was 0. */
  port: number;
  /** @returns the app to serve, measured. What the port says is complete from now on */
  attach(app: Express, parts: Parts): RequestListener;
  /** The public port is open. */
  opened(server: Pick<RunningServer, 'connections'>): void;
  close(): Promise<void>;
}

const stopWithinMs = 1_000;
/** Of connections that wait for a next request: those who ask here are few. */
const mostKept = 100;

/**
 * Opens the management port, before there is anything to say of the app: its first answers are that the
 * process runs, and is not ready.
 * @returns `undefined` when MANAGEMENT_PORT is not set
 * @throws SettingsError when it cannot listen there
 */
export async function startManagement(
  { fingerprint, writer }: Pick<Config, 'fingerprint' | 'writer'>,
  { port, host }: NonNullable<Config['management']>,
): Promise<Management> {
  const metrics = createMetrics(release);
  const answers = createAnswers({ metrics, fingerprint, instanceId: writer.instance, host });
  const stores: [name: string, identity: Identity][] = [];
  let connections = () => 0;
  const server = await startServer(answers.listener, {
    port,
    host,
    settings: 'MANAGEMENT_',
    mostKept,
  });
  return {
    port: server.port,
    watch: {
      ...metrics.watch,
      store(name, identity) {
        stores.push([name, identity]);
        return metrics.watch.store(name, identity);
      },
    },
    attach(app, parts) {
      const dependencies = createDependencies(checksOf(parts, stores));
      metrics.attach({
        parts,
        screens: screensOf(app),
        connections: () => connections(),
        dependencies,
        settingsMark: async () => markOfAll(await fingerprint()),
      });
      answers.attach({ lifecycle: parts.lifecycle, dependencies });
      return metrics.measured(app);
    },
    opened(running) {
      connections = () => running.connections();
    },
    close: () => server.stop(stopWithinMs),
  };
}

function checksOf(
  { config, database, hydra, state }: Parts,
  stores: readonly [name: string, identity: Identity][],
): Record<string, Check> {
  const ofStores = stores.map(([name, identity]): [string, Check] => [
    stores.length === 1 ? 'user_store' : `user_store_${name}`,
    () => identity.ready(),
  ]);
  return {
    hydra: () => hydra.server.ready(),
    ...Object.fromEntries(ofStores),
    ...(database && {
      database: () => (config.state === 'database' ? state.ready() : database.ready()),
    }),
  };
}
