/** A worker that says when a visitor is due: it sleeps to a small part of a millisecond. */
import { parentPort, workerData } from 'node:worker_threads';
import { monotonicMs } from './monotonic-ms.ts';

const { perSecond, count } = workerData as { perSecond: number; count: number };
const pillow = new Int32Array(new SharedArrayBuffer(4));
const start = monotonicMs();

for (let visitor = 0; visitor < count;) {
  const dueMs = start + (visitor * 1000) / perSecond;
  const leftMs = dueMs - monotonicMs();
  if (leftMs > 0) {
    Atomics.wait(pillow, 0, 0, leftMs);
  } else {
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- not a window
    parentPort!.postMessage(dueMs);
    visitor += 1;
  }
}
