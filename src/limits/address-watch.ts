import type { RequestHandler } from 'express';
import { clientAddress } from '../web/client-address.ts';
import type { Log } from '../web/log.ts';

/** How many browsers must have been named by proxies before we judge. */
const enough = 20;
const warnEveryMs = 60 * 60 * 1000;

export interface AddressReport {
  /** Browsers that proxies named lately, up to 20. */
  named: number;
  /** The addresses that we counted them as. */
  counted: number;
}

export type AddressWatch = ReturnType<typeof createAddressWatch>;

/**
 * Notices when all browsers count as one address though a proxy names many: then TRUST_PROXY counts
 * too few proxies, and the wrong passwords of one person slow everybody down. Says so in the log, at
 * most once in an hour.
 */
export function createAddressWatch(log: Pick<Log, 'warn'>) {
  const named = new Set<string>();
  const counted = new Set<string>();
  let lastReport: AddressReport = { named: 0, counted: 0 };
  let warnedAt = Number.NEGATIVE_INFINITY;

  function judge(): void {
    lastReport = { named: named.size, counted: counted.size };
    const [address] = counted;
    const now = performance.now();
    if (counted.size === 1 && now - warnedAt >= warnEveryMs) {
      warnedAt = now;
      log.warn(
        { address, setting: 'TRUST_PROXY' },
        'all browsers seem to come from one address: does TRUST_PROXY name every proxy in front?',
      );
    }
    named.clear();
    counted.clear();
  }

  const watch: RequestHandler = function watch(req, _res, next) {
    const forwarded = req.headers['x-forwarded-for'];
    if (typeof forwarded === 'string') {
      named.add(forwarded.split(',', 1)[0]!.trim().slice(0, 64));
      counted.add(clientAddress(req));
      if (named.size >= enough || counted.size >= enough) judge();
    }
    next();
  };

  return {
    watch,
    /** What was seen last. */
    report: (): AddressReport =>
      lastReport.named > 0 ? lastReport : { named: named.size, counted: counted.size },
  };
}
