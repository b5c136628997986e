/** The database could not be asked, or cannot be used as it is. Its message holds no secret. */
export class DatabaseError extends Error {
  override readonly name = 'DatabaseError';
  /** Whether it may well work later, without anybody who changes a setting. */
  readonly isAway: boolean;
  /** As in other errors for operators. */
  readonly faults: readonly string[];

  constructor(message: string, { isAway, cause }: { isAway: boolean; cause?: unknown }) {
    super(message, { cause });
    this.isAway = isAway;
    this.faults = [message];
  }
}

/**
 * Whether an error of a query says that the database cannot be asked now: it is gone, full, too slow,
 * about to stop, or read-only. Anything else is a fault of the query.
 */
export function isAway(error: unknown): boolean {
  if (error instanceof DatabaseError) return error.isAway;
  const { code, message } = partsOf(error);
  if (code !== undefined) return awayCode.test(code) || connectionCodes.has(code);
  return lostConnection.test(message);
}

/** Whether the same transaction may succeed at once when it is tried again. */
export function isConflict(error: unknown): boolean {
  const { code } = partsOf(error);
  return code === '40001' || code === '40P01';
}

/** Whether a row has a key that another row has already. */
export function isConflictOfKeys(error: unknown): boolean {
  return partsOf(error).code === '23505';
}

/**
 * By PostgreSQL's appendix A: 08 connection, 25006 read-only, 25P03 idle in a transaction, 28 not let
 * in, 3D000 no such database yet, 40001 and 40P01 conflicts, 53 out of resources, 55P03 locked, 57 an
 * operator's doing or a timeout, 58 the system.
 */
const awayCode = /^(08|28|53|57|58)...$|^(25006|25P03|3D000|40001|40003|40P01|55P03)$/;

const connectionCodes = new Set([
  'EAI_AGAIN',
  'ECONNABORTED',
  'ECONNREFUSED',
  'ECONNRESET',
  'EHOSTUNREACH',
  'ENETDOWN',
  'ENETUNREACH',
  'ENOTFOUND',
  'EPIPE',
  'ETIMEDOUT',
]);

/** What the driver says without a code. */
const lostConnection =
  /^(Connection terminated|Query read timeout|timeout e|Client (has encountered|was closed)|Cannot use a pool)/;

function partsOf(error: unknown): { code: string | undefined; message: string } {
  const { code, message } = (error ?? {}) as { code?: unknown; message?: unknown };
  return {
    code: typeof code === 'string' ? code : undefined,
    message: typeof message === 'string' ? message : '',
  };
}
