import { constants, performance, PerformanceObserver } from 'node:perf_hooks';
import { collectDefaultMetrics, Counter, Gauge, Histogram, type Registry } from 'prom-client';

/** The usual name, but counted by ourselves: the library looks at the first of several at once only. */
const garbage = 'nodejs_gc_duration_seconds';
const kinds: Readonly<Record<number, string>> = {
  [constants.NODE_PERFORMANCE_GC_MAJOR]: 'major',
  [constants.NODE_PERFORMANCE_GC_MINOR]: 'minor',
  [constants.NODE_PERFORMANCE_GC_INCREMENTAL]: 'incremental',
  [constants.NODE_PERFORMANCE_GC_WEAKCB]: 'weakcb',
};

/** Their labels are the names of resources, which come and go; the totals are no counters. */
const unusable = ['resources', 'handles', 'requests'].flatMap((what) => [
  `nodejs_active_${what}`,
  `nodejs_active_${what}_total`,
]);

/** The usual metrics of Node and of the process, and how busy the event loop is. */
export function createProcessMetrics(registry: Registry): void {
  collectDefaultMetrics({ register: registry });
  for (const name of unusable) registry.removeSingleMetric(name);
  measureGarbage(registry);
  const resources: Gauge = new Gauge({
    name: 'portico_active_resources',
    help: 'Handles and requests that keep the event loop alive',
    registers: [registry],
    collect: () => resources.set(process.getActiveResourcesInfo().length),
  });
  const busy: Counter = new Counter({
    name: 'portico_event_loop_busy_seconds_total',
    help: 'How long the event loop has worked, or waited for a processor: at a rate of 1 it can do no more',
    registers: [registry],
    collect() {
      busy.reset();
      busy.inc(performance.eventLoopUtilization().active / 1000);
    },
  });
}

function measureGarbage(registry: Registry): void {
  registry.removeSingleMetric(garbage);
  const seconds = new Histogram({
    name: garbage,
    help: 'How long collections of garbage took, by kind',
    labelNames: ['kind'],
    buckets: [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1],
    registers: [registry],
  });
  for (const kind of Object.values(kinds)) seconds.zero({ kind });
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) {
      const { detail } = entry as unknown as { detail?: { kind?: number } };
      const kind = kinds[detail?.kind ?? -1];
      if (kind) seconds.observe({ kind }, entry.duration / 1000);
    }
  }).observe({ entryTypes: ['gc'] });
}
