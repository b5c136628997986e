import { createHash } from 'node:crypto';

/**
 * Remembers in which line each of very many names stood, in 12 bytes and some air for each. Two names
 * are taken for one if 64 bits of their hashes are equal, which does not happen by chance.
 */
export function createSeenNames(startSize = 64) {
  // A large table takes a multiple of its room while it grows; of these one grows after the other.
  const tables = Array.from({ length: 64 }, () => createTable(startSize));
  return {
    /** @returns the line in which the name stood before; `undefined` if this is the first */
    add(name: string, line: number): number | undefined {
      const hash = createHash('sha256').update(name).digest();
      return tables[hash[8]! % tables.length]!.add(
        hash.readUInt32LE(0),
        hash.readUInt32LE(4),
        line,
      );
    },
  };
}

function createTable(startSize: number) {
  let slots = new Uint32Array(startSize * 3);
  let count = 0;

  /** Where these bits are, or where they would go. A line is never 0. */
  function slotOf(table: Uint32Array, high: number, low: number): number {
    const size = table.length / 3;
    let at = low % size;
    while (table[at * 3 + 2] !== 0 && (table[at * 3] !== high || table[at * 3 + 1] !== low)) {
      at = (at + 1) % size;
    }
    return at * 3;
  }

  function grow(): void {
    const larger = new Uint32Array(Math.ceil(slots.length / 2) * 3);
    for (let at = 0; at < slots.length; at += 3) {
      if (slots[at + 2] === 0) continue;
      larger.set(slots.subarray(at, at + 3), slotOf(larger, slots[at]!, slots[at + 1]!));
    }
    slots = larger;
  }

  return {
    add(high: number, low: number, line: number): number | undefined {
      const slot = slotOf(slots, high, low);
      if (slots[slot + 2] !== 0) return slots[slot + 2];
      slots.set([high, low, line], slot);
      count += 1;
      if (count * 3 > slots.length * 0.75) grow();
      return undefined;
    },
  };
}
