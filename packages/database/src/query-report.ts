import { isAway } from './errors.ts';

/** How one query went, for metrics. Holds no text of the query and no values. */
export interface QueryReport {
  /** `connect` is to get a connection, of the pool or a new one. */
  operation: 'connect' | 'select' | 'insert' | 'update' | 'delete' | 'transaction' | 'other';
  /** `away`: the database could not be asked; `failed`: it refused the query. */
  result: 'ok' | 'away' | 'failed';
  ms: number;
}

export type Observe = (report: QueryReport) => void;

const operations: Record<string, QueryReport['operation']> = {
  select: 'select',
  insert: 'insert',
  update: 'update',
  delete: 'delete',
  begin: 'transaction',
  start: 'transaction',
  commit: 'transaction',
  rollback: 'transaction',
};

/** By its first word. Of a `with`, what it does in the end does not show there. */
export function operationOf(text: string): QueryReport['operation'] {
  const [, word = ''] = /^\s*([a-z]+)/i.exec(text) ?? [];
  return operations[word.toLowerCase()] ?? 'other';
}

/** Its first word and its first table, such as `select portico_sessions`: without values. */
export function summaryOf(text: string): string {
  const [, word = ''] = /^\s*([a-z]+)/i.exec(text) ?? [];
  const [, table] = /\b(?:from|into|update)\s+(?:only\s+)?"?([a-z_][\w$]*)/i.exec(text) ?? [];
  return [word.toLowerCase(), table].filter(Boolean).join(' ');
}

/** Reports how this went. Without somebody to report to, it is only done. */
export async function reported<T>(
  observe: Observe | undefined,
  operation: () => QueryReport['operation'],
  work: () => Promise<T>,
): Promise<T> {
  if (!observe) return work();
  const start = performance.now();
  const report = { operation: operation(), result: 'ok', ms: 0 } as QueryReport;
  try {
    return await work();
  } catch (error) {
    report.result = isAway(error) ? 'away' : 'failed';
    throw error;
  } finally {
    report.ms = performance.now() - start;
    observe(report);
  }
}
