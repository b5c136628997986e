import { isatty } from 'node:tty';
import { createLog, type Output } from './log.ts';

/** What operators mend by the message alone: settings, files, ports and databases. Anything else is a bug. */
function isForOperator(error: unknown): error is Error & { faults?: readonly string[] } {
  if (!(error instanceof Error)) return false;
  if (error.name === 'DatabaseError' || error.name === 'MigrationError') return true;
  return 'faults' in error || ('syscall' in error && 'code' in error);
}

const standardOutputFd = 1;

/**
 * Says why the process is about to end: in plain text on the standard error, for people; and, where the
 * standard output is no terminal, as a line of the log there, whatever the level. A bug shows its stack.
 * @param base members of every line of the log
 */
export function reportEnd(
  error: unknown,
  { output, base, isTerminal = isatty(standardOutputFd) }: ReportParts,
): void {
  console.error(isForOperator(error) ? error.message : error);
  if (isTerminal) return;
  const log = createLog('fatal', output, base);
  if (isForOperator(error)) {
    log.fatal({ faults: error.faults ?? [error.message] }, 'Portico cannot run');
  } else {
    log.fatal({ err: error instanceof Error ? error : new Error(String(error)) }, 'Portico ends');
  }
}

interface ReportParts {
  output: Output;
  base: object;
  isTerminal?: boolean;
}
