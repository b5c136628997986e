/** The facts of one line of the audit trail, by the names that they have there. */
export interface AuditLine {
  audit: string;
  reason?: string | undefined;
  address?: string | undefined;
  [fact: string]: unknown;
}

/** What is summed into one line: all of one reason, or those of one address. */
export type SummedBy = 'reason' | 'address';

interface Sum {
  /** The facts that all summed lines share; `undefined` before the first of them. */
  shared: AuditLine | undefined;
  count: number;
}

/** Of one event and reason. The lines of further addresses are summed without an address. */
export const mostAddresses = 50;
export const windowMs = 1_000;

/**
 * Keeps floods short: the first line of its kind is written at once. Those that follow are written
 * as one line a second with their `count` and the facts that they share, until none has come for a
 * second. What is kept is bounded, whatever comes.
 */
export function createFloodSums(write: (line: AuditLine) => void) {
  /** By event and reason, then by address. */
  const sums = new Map<string, Map<string, Sum>>();
  let timer: NodeJS.Timeout | undefined;

  function add(line: AuditLine, by: SummedBy): void {
    const kind = `${line.audit} ${line.reason ?? ''}`;
    const ofKind = sums.get(kind) ?? new Map<string, Sum>();
    sums.set(kind, ofKind);
    const key = by === 'address' ? (line.address ?? '') : '';
    const isNew = !ofKind.has(key);
    if (isNew && ofKind.size < mostAddresses) {
      ofKind.set(key, { shared: undefined, count: 0 });
      timer ??= setInterval(flush, windowMs).unref();
      return write(line);
    }
    const sum = ofKind.get(isNew ? '' : key) ?? { shared: undefined, count: 0 };
    ofKind.set(isNew ? '' : key, sum);
    sum.count += 1;
    sum.shared = sum.shared ? sharedBy(sum.shared, line) : line;
  }

  /** Writes what was summed since the last time. A timer calls it; call it before the process ends. */
  function flush(): void {
    for (const [kind, ofKind] of sums) {
      for (const [key, sum] of ofKind) {
        if (sum.shared) write({ ...sum.shared, count: sum.count });
        else ofKind.delete(key);
        Object.assign(sum, { shared: undefined, count: 0 });
      }
      if (ofKind.size === 0) sums.delete(kind);
    }
    if (sums.size > 0) return;
    clearInterval(timer);
    timer = undefined;
  }

  return { add, flush };
}

function sharedBy(one: AuditLine, other: AuditLine): AuditLine {
  const same = Object.entries(one).filter(([name, value]) => other[name] === value);
  return { audit: one.audit, ...Object.fromEntries(same) };
}
