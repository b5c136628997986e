import { performance } from 'node:perf_hooks';
import { collectDefaultMetrics, Counter, type Registry } from 'prom-client';

/** Their labels are the names of resources, which come and go. */
const withoutBounds = [
  'nodejs_active_resources',
  'nodejs_active_handles',
  'nodejs_active_requests',
];

/** The usual metrics of Node and of the process, and how busy the event loop is. */
export function createProcessMetrics(registry: Registry): void {
  collectDefaultMetrics({ register: registry });
  for (const name of withoutBounds) registry.removeSingleMetric(name);
  const busy: Counter = new Counter({
    name: 'portico_event_loop_busy_seconds_total',
    help: 'How long the event loop has worked: its rate is the part of one core, 1 at most',
    registers: [registry],
    collect() {
      busy.reset();
      busy.inc(performance.eventLoopUtilization().active / 1000);
    },
  });
}
