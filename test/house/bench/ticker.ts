/**
 * A worker that says when a visitor is due, and sleeps in between: exact to a small part of a
 * millisecond, where the timers of Node know whole ones only.
 */
import { parentPort, workerData } from 'node:worker_threads';

const { perSecond, count } = workerData as { perSecond: number; count: number };
const pillow = new Int32Array(new SharedArrayBuffer(4));
// A clock that all threads share, unlike that of `performance`.
const monotonicMs = () => Number(process.hrtime.bigint()) / 1e6;
const start = monotonicMs();

for (let visitor = 0; visitor < count;) {
  const dueMs = start + (visitor * 1000) / perSecond;
  const leftMs = dueMs - monotonicMs();
  if (leftMs > 0) {
    Atomics.wait(pillow, 0, 0, leftMs);
  } else {
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- this is no window
    parentPort!.postMessage(dueMs);
    visitor += 1;
  }
}
