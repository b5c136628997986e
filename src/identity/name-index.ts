/** How many small tables make one: a table that grows is copied at once. */
const mostShards = 256;
const leastSlots = 16;

interface Shard {
  hashes: Uint32Array;
  /** One more than the number of the owner; 0 in a free slot. */
  owners: Uint32Array;
  used: number;
}

/**
 * Who has a name, for very many names, which it does not hold itself: so there is nothing that the
 * garbage collector would have to look through.
 * @param hasName whether this owner has this name
 */
export function createNameIndex(hasName: (owner: number, name: string) => boolean) {
  const shards = Array.from({ length: mostShards }, () => newShard(leastSlots));

  function find(name: string, hash: number): { shard: Shard; slot: number; owner?: number } {
    const shard = shards[hash & (mostShards - 1)]!;
    const { hashes, owners } = shard;
    const last = owners.length - 1;
    let slot = (hash >>> 8) & last;
    for (; owners[slot] !== 0; slot = (slot + 1) & last) {
      const owner = owners[slot]! - 1;
      if (hashes[slot] === hash && hasName(owner, name)) return { shard, slot, owner };
    }
    return { shard, slot };
  }

  return {
    get: (name: string): number | undefined => find(name, hashOf(name)).owner,

    /** Gives a name to an owner, unless somebody has it. Returns who has it then. */
    claim(name: string, owner: number): number {
      const hash = hashOf(name);
      const { shard, slot, owner: other } = find(name, hash);
      if (other !== undefined) return other;
      put(shard, slot, { hash, owner: owner + 1 });
      shard.used += 1;
      if (shard.used * 2 > shard.owners.length) grow(shard);
      return owner;
    },
  };
}

function newShard(slots: number): Shard {
  return { hashes: new Uint32Array(slots), owners: new Uint32Array(slots), used: 0 };
}

function put({ hashes, owners }: Shard, slot: number, kept: { hash: number; owner: number }): void {
  hashes[slot] = kept.hash;
  owners[slot] = kept.owner;
}

function grow(shard: Shard): void {
  const next = newShard(shard.owners.length * 2);
  const last = next.owners.length - 1;
  for (const [from, owner] of shard.owners.entries()) {
    if (owner === 0) continue;
    const hash = shard.hashes[from]!;
    let slot = (hash >>> 8) & last;
    while (next.owners[slot] !== 0) slot = (slot + 1) & last;
    put(next, slot, { hash, owner });
  }
  Object.assign(shard, { hashes: next.hashes, owners: next.owners });
}

/** FNV-1a with 32 bits, over UTF-16 units. Names with one hash are told apart by `hasName`. */
function hashOf(name: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < name.length; at += 1) {
    hash = Math.imul(hash ^ name.charCodeAt(at), 0x01000193);
  }
  return hash >>> 0;
}
