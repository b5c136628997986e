import { Gauge, Histogram, type Registry } from 'prom-client';
import type { PasswordWatch, QueueLengths } from '../watch.ts';

export function createPasswordMetrics(registers: Registry[]) {
  let lengths = (): QueueLengths => ({ running: 0, known: 0, others: 0 });
  const waiting = new Gauge({
    name: 'portico_password_checks_waiting',
    help: 'Passwords that wait to be checked: of browsers that have signed in before, and of others',
    labelNames: ['browser'],
    registers,
    collect() {
      const { known, others } = lengths();
      waiting.set({ browser: 'known' }, known);
      waiting.set({ browser: 'new' }, others);
    },
  });
  const running: Gauge = new Gauge({
    name: 'portico_password_checks_running',
    help: 'Passwords that are being checked',
    registers,
    collect: () => running.set(lengths().running),
  });
  const mostWaiting = new Gauge({
    name: 'portico_password_checks_waiting_max',
    help: 'How many may wait, of known browsers and of others each: PASSWORD_CHECKS_WAITING',
    registers,
  });
  const mostRunning = new Gauge({
    name: 'portico_password_checks_running_max',
    help: 'How many are checked at once: PASSWORD_CHECKS_AT_ONCE',
    registers,
  });
  const wait = new Histogram({
    name: 'portico_password_check_wait_seconds',
    help: 'How long a password waited to be checked',
    buckets: [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5],
    registers,
  });
  const check = new Histogram({
    name: 'portico_password_check_duration_seconds',
    help: 'How long the check of a password took, without waiting',
    buckets: [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5],
    registers,
  });

  const watch: PasswordWatch = {
    queue(ask) {
      lengths = ask;
    },
    checked({ waitMs, checkMs }) {
      wait.observe(waitMs / 1000);
      check.observe(checkMs / 1000);
    },
  };
  return {
    ...watch,
    expect(most: { atOnce: number; waiting: number }): void {
      mostRunning.set(most.atOnce);
      mostWaiting.set(most.waiting);
    },
  };
}
