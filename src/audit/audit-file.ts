import {
  closeSync,
  constants,
  fstatSync,
  openSync,
  statSync,
  writeSync,
  type Stats,
} from 'node:fs';
import { SettingsError } from '@portico/settings';
import type { Log } from '../web/log.ts';

/** Where the lines of the audit trail go. */
export interface AuditOutput {
  /** @param line without a line break at its end */
  write(line: string): void;
  /** Opens the file again by its name, for log rotation. */
  reopen(): void;
  close(): void;
}

interface AuditFileParts {
  log: Log;
  /** Writes some bytes and returns how many. Default: to the file, at once. */
  writeBytes?: (fd: number, bytes: Uint8Array) => number;
  now?: () => number;
}

const { O_APPEND, O_CREAT, O_NONBLOCK, O_WRONLY } = constants;
/** O_NONBLOCK because a pipe that nobody reads must not stop the process. */
const flags = O_WRONLY | O_APPEND | O_CREAT | O_NONBLOCK;
const onlyForOwner = 0o600;
const readableByAll = 0o004;
const complainEveryMs = 60_000;

/**
 * A file that lines are added to. Each line is in the file when `write` returns: none is lost when
 * the process dies. If the file was moved or deleted, the next line goes into a new one.
 *
 * A line that cannot be written is lost, because people must still be able to sign in. The log says
 * so, at most once a minute, and `lines_lost` in the file says how many, once it can be written.
 * @throws SettingsError when the file cannot be opened
 */
export function openAuditFile(
  path: string,
  { log, writeBytes = writeSync, now = Date.now }: AuditFileParts,
): AuditOutput {
  let file = firstOpened(path);
  if (file.stats.isFile() && (file.stats.mode & readableByAll) !== 0) {
    log.warn({ file: path }, 'everybody on this machine can read the audit log');
  }
  let lost = 0;
  let complainedAt = Number.NEGATIVE_INFINITY;
  let endsWithinLine = false;

  function append(line: string): void {
    let rest: Uint8Array = Buffer.from(endsWithinLine ? `\n${line}\n` : `${line}\n`);
    while (rest.length > 0) {
      rest = rest.subarray(writeBytes(file.fd, rest));
      endsWithinLine = rest.length > 0;
    }
  }

  function appendGap(): void {
    if (lost === 0) return;
    append(
      JSON.stringify({ time: new Date(now()).toISOString(), audit: 'lines_lost', count: lost }),
    );
    log.warn({ file: path, lost }, 'the audit log can be written again');
    lost = 0;
  }

  function complain(error: unknown): void {
    if (now() - complainedAt < complainEveryMs) return;
    complainedAt = now();
    log.error({ file: path, lost, reason: String(error) }, 'the audit log cannot be written');
  }

  function reopen(): void {
    try {
      const next = open(path);
      closeSync(file.fd);
      file = next;
      endsWithinLine = false;
    } catch (error) {
      complain(error); // the file that is open takes the lines until then
    }
  }

  return {
    write(line) {
      if (isElsewhere(path, file.stats)) reopen();
      try {
        appendGap();
        append(line);
      } catch (error) {
        lost += 1;
        complain(error);
      }
    },
    reopen,
    close() {
      closeSync(file.fd);
      file = { ...file, fd: -1 }; // the number may soon be that of another file
    },
  };
}

function open(path: string): { fd: number; stats: Stats } {
  const fd = openSync(path, flags, onlyForOwner);
  return { fd, stats: fstatSync(fd) };
}

function firstOpened(path: string): { fd: number; stats: Stats } {
  try {
    return open(path);
  } catch (error) {
    const { message } = error as Error;
    throw new SettingsError([`AUDIT_LOG is "${path}", which cannot be opened: ${message}.`]);
  }
}

/** Whether the name of the open file now leads to another one, or to none. */
function isElsewhere(path: string, { dev, ino }: Stats): boolean {
  try {
    const found = statSync(path, { throwIfNoEntry: false });
    return found?.dev !== dev || found.ino !== ino;
  } catch {
    return false; // its folder cannot be read any more; the file is still open
  }
}
