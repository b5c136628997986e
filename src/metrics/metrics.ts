/** What this process counts and measures, in the format of Prometheus. Loaded only where it is wanted. */
import { Counter, Gauge, Registry } from 'prom-client';
import type { Parts } from '../assemble.ts';
import type { Release } from '../release.ts';
import type { Output } from '../web/log.ts';
import type { Watch } from '../watch.ts';
import { createAdminMetrics, createDatabaseMetrics, createStoreMetrics } from './call-metrics.ts';
import { createAuditMetrics } from './audit-metrics.ts';
import { createPasswordMetrics } from './password-metrics.ts';
import { createProcessMetrics } from './process-metrics.ts';
import { createRequestMetrics, type RequestMetrics } from './request-metrics.ts';

/** What is read when the metrics are asked for. */
export interface Sources {
  parts: Pick<
    Parts,
    'config' | 'database' | 'deviceLimiter' | 'identity' | 'lifecycle' | 'loginLimiter'
  >;
  /** The first parts of the paths of the app's routes. */
  screens: readonly string[];
  connections: () => number;
  dependencies: () => Promise<Readonly<Record<string, { isUp: boolean; milliseconds: number }>>>;
  /** Stands for the settings that instances must share. */
  settingsMark: () => Promise<string>;
}

export interface Metrics {
  watch: Watch;
  measured: RequestMetrics['measured'];
  /** Every series is there from now on, at 0 until something happens. */
  attach(sources: Sources): void;
  contentType: string;
  text(): Promise<string>;
}

/**
 * Creates all metrics of a process. Their labels hold what code, settings and protocols name: nothing
 * that a browser sends, no person, no app and no address.
 */
export function createMetrics({ version, commit = '' }: Release): Metrics {
  const registry = new Registry();
  const registers = [registry];
  const requests = createRequestMetrics(registers);
  const events = createAuditMetrics(registers);
  const passwords = createPasswordMetrics(registers);
  const admin = createAdminMetrics(registers);
  const stores = createStoreMetrics(registers);
  const queries = createDatabaseMetrics(registers);
  createProcessMetrics(registry);
  const build = new Gauge({
    name: 'portico_build_info',
    help: 'What is running, as labels; always 1',
    labelNames: ['version', 'commit', 'node'],
    registers,
  });
  build.set({ version, commit, node: process.version }, 1);
  const lines = new Counter({
    name: 'portico_log_lines_total',
    help: 'Lines of the log that were written, by level',
    labelNames: ['level'],
    registers,
  });
  for (const level of Object.values(levels)) lines.inc({ level }, 0);

  return {
    watch: {
      audited: events.audited,
      adminCall: admin.called,
      query: queries.queried,
      passwords,
      store: stores.measured,
      output: (output: Output) => ({
        write(line) {
          const level = levels[/^{"level":(\d0)/.exec(line)?.[1] ?? ''];
          if (level) lines.inc({ level });
          output.write(line);
        },
      }),
    },
    measured: requests.measured,
    attach(sources) {
      const { config, database, deviceLimiter, identity, lifecycle, loginLimiter } = sources.parts;
      requests.expect(sources.screens, config.web.baseUrl.path);
      events.expect(identity, [...loginLimiter.names, ...deviceLimiter.names]);
      passwords.expect(config.identity.passwordChecks);
      if (database) queries.expect(() => database.connections());
      createStateMetrics(registers, {
        ...sources,
        isDraining: () => lifecycle.readiness().status === 'stopping',
      });
    },
    contentType: registry.contentType,
    text: () => registry.metrics(),
  };
}

/** As pino numbers them. */
const levels: Readonly<Record<string, string>> = {
  10: 'trace',
  20: 'debug',
  30: 'info',
  40: 'warn',
  50: 'error',
  60: 'fatal',
};

function createStateMetrics(
  registers: Registry[],
  {
    connections,
    dependencies,
    isDraining,
    settingsMark,
  }: Pick<Sources, 'connections' | 'dependencies' | 'settingsMark'> & { isDraining: () => boolean },
): void {
  gauge(registers, 'portico_draining', 'Whether the instance is stopping: 1 or 0', () =>
    Number(isDraining()),
  );
  gauge(registers, 'portico_http_connections', 'Open connections at the public port', connections);
  const up = new Gauge({
    name: 'portico_dependency_up',
    help: 'Whether what Portico needs answers now: 1 or 0',
    labelNames: ['dependency'],
    registers,
    async collect() {
      for (const [dependency, { isUp, milliseconds }] of Object.entries(await dependencies())) {
        up.set({ dependency }, Number(isUp));
        took.set({ dependency }, milliseconds / 1000);
      }
    },
  });
  const took = new Gauge({
    name: 'portico_dependency_check_seconds',
    help: 'How long the last such check took',
    labelNames: ['dependency'],
    registers,
    // After the other one, whose check fills both.
    collect: async () => void (await dependencies()),
  });
  const settings = new Gauge({
    name: 'portico_settings_info',
    help: 'Stands for the settings that instances must share, without secrets; always 1',
    labelNames: ['fingerprint'],
    registers,
    async collect() {
      settings.set({ fingerprint: await settingsMark() }, 1);
    },
  });
}

function gauge(registers: Registry[], name: string, help: string, read: () => number): void {
  const made: Gauge = new Gauge({ name, help, registers, collect: () => made.set(read()) });
}
