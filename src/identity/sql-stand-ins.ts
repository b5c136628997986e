import { loginKey } from './login-key.ts';
import { hashKind } from './password.ts';

interface Kind {
  hash: string;
  seen: number;
}

/** Enough to know the mixture; later ones hardly change it. */
const mostSeen = 1_000_000;

/**
 * Whose hash is checked for an unknown login, where people cannot be listed. Each kind of hash that was
 * met is chosen as often as it was met, and for one login always the same as far as that goes.
 * @param first is checked before anybody was met
 */
export function createStandIns(first: string) {
  const kinds = new Map<string, Kind>();
  let total = 0;

  return {
    /** Notes the hash of a real person. */
    note(hash: string): void {
      const kind = hashKind(hash);
      if (kind === undefined || total >= mostSeen) return;
      const known = kinds.get(kind);
      kinds.set(kind, { hash: known?.hash ?? hash, seen: (known?.seen ?? 0) + 1 });
      total += 1;
    },
    /** The hash for an unknown login. */
    of(foldedLogin: string): string {
      const share = Number.parseInt(loginKey(foldedLogin).slice(0, 8), 16) / 2 ** 32;
      let left = share * total;
      for (const { hash, seen } of kinds.values()) {
        if (left < seen) return hash;
        left -= seen;
      }
      return first;
    },
  };
}
