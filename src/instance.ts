/** This process among the others: whoever looks at several of them tells them apart by it. */
import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';

export const instance = {
  /** The name of the machine, in Kubernetes that of the pod, and a part by chance: one per process. */
  id: `${hostname()}-${randomBytes(2).toString('hex')}`,
  startedAt: new Date(),
};
