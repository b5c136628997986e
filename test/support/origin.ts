import type { Origin } from '../../src/identity/backend.ts';

/** Where an attempt comes from, for tests in which that does not matter. */
export const origin: Origin = {
  request: 'TEST-0001',
  address: '192.0.2.1',
  turn: { payers: ['192.0.2.1'], isKnown: false },
};
