import { LRUCache } from 'lru-cache';
import { IdentityError } from './backend.ts';

/** Who waits for a password to be checked. */
export interface Turn {
  /**
   * Whose turn it is: the networks of an address, the narrowest first, or the account that a known
   * browser signs in to.
   */
  payers: readonly [string, ...string[]];
  /** Whether the browser has signed in to this account before: such browsers have a queue of their own. */
  isKnown: boolean;
}

interface Waiting {
  turn: Turn;
  /** How much its payers had used: the least goes first. */
  rank: number;
  go: () => void;
  refuse: (error: IdentityError) => void;
}

interface Usage {
  checks: number;
  at: number;
}

const halfLifeMs = 60_000;
const mostPayers = 20_000;
/** How many times more a wider network may use: /64, /56, /48. */
const widths = [1, 4, 16];

/**
 * Lets only a few go at a time. Every check, right or wrong, is charged to those who caused it, for a
 * minute or two, and whoever has used the least goes next. When the queue is full, whoever has used
 * the most is refused. So a flood waits for itself, and people from elsewhere do not wait for it.
 * @param atOnce how many go at a time
 * @param longest how many may wait, of known browsers and of the others each
 */
export function createPasswordQueue({ atOnce, longest }: { atOnce: number; longest: number }) {
  const usages = new LRUCache<string, Usage>({ max: mostPayers });
  const queues = { known: [] as Waiting[], others: [] as Waiting[] };
  let isKnownNext = true;
  let running = 0;

  function usageOf(payer: string): number {
    const usage = usages.get(payer);
    return usage ? usage.checks * 0.5 ** ((Date.now() - usage.at) / halfLifeMs) : 0;
  }

  /** @returns the rank of a turn that is charged with this many checks */
  function charge({ payers }: Turn, checks: 1 | -1): number {
    const ranks = payers.map((payer, index) => {
      const used = Math.max(0, usageOf(payer) + checks);
      usages.set(payer, { checks: used, at: Date.now() });
      return used / (widths[index] ?? 1);
    });
    return Math.max(...ranks);
  }

  function refuse({ turn, refuse: tell }: Waiting): void {
    charge(turn, -1);
    tell(new IdentityError('busy', 'too many passwords are being checked'));
  }

  function wait(queue: Waiting[], waiting: Waiting): void {
    queue.push(waiting);
    if (queue.length <= longest) return;
    const last = queue.reduce((one, other) => (other.rank >= one.rank ? other : one));
    queue.splice(queue.indexOf(last), 1);
    refuse(last);
  }

  /** Known browsers and the others take turns, so that neither waits for a crowd of the other. */
  function next(): Waiting | undefined {
    const { known, others } = queues;
    const queue = (isKnownNext ? [known, others] : [others, known]).find((one) => one.length > 0);
    if (!queue) return undefined;
    isKnownNext = queue !== known;
    const first = queue.reduce((one, other) => (other.rank < one.rank ? other : one));
    queue.splice(queue.indexOf(first), 1);
    return first;
  }

  return {
    /**
     * Waits for the turn. Call `pass` afterwards.
     * @throws IdentityError `busy` when too many are waiting who have used less
     */
    async take(turn: Turn): Promise<void> {
      const rank = charge(turn, 1);
      if (running < atOnce) {
        running += 1;
        return;
      }
      await new Promise<void>((go, refuseTurn) => {
        const queue = turn.isKnown ? queues.known : queues.others;
        wait(queue, { turn, rank, go, refuse: refuseTurn });
      });
    },

    /** How many go and wait now. */
    lengths: () => ({ running, known: queues.known.length, others: queues.others.length }),

    /** Lets the next one go. */
    pass(): void {
      const waiting = next();
      if (waiting) waiting.go();
      else running -= 1;
    },
  };
}
