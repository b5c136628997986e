import { sentenceOf, type Happening, type RequestEnd } from './walk-words.ts';

export interface WalkReaderOptions {
  /** Gets one line for each request that a person or a server made, and when it ended. */
  tell: (what: string, at: number) => void;
  /** Gets what is not about a request, such as a warning or the output of a `console.log`. */
  say: (text: string) => void;
  /** Gets each line of the log, as it came. */
  keepLog: (line: string) => void;
  /** Gets each line of the audit trail, as it came. */
  keepAudit: (line: string) => void;
  /** The name of a person, by the subject. */
  nameOf: (subject: string) => string | undefined;
}

type Line = Record<string, unknown> & { level?: number; msg?: string; request?: string };

/** Requests that have begun and not ended: more than that, and the oldest are forgotten. */
const mostOpen = 200;
const warning = 40;
/** What pino writes into each line. */
const usual = ['level', 'time', 'msg', 'request', 'trace', 'service', 'version', 'instance'];
const uninteresting = ['starting', 'listening', 'stopping', 'stopped'];

/**
 * Reads the log and the audit trail of Portico, both from its standard output, and tells one line for
 * each step of a walk: what happened, which calls of the admin API it took, which page it ended with.
 * @returns takes one line
 */
export function createWalkReader(options: WalkReaderOptions): (text: string) => void {
  const { tell, say, keepLog, keepAudit } = options;
  const open = new Map<string, Happening>();

  function happeningOf(request: string): Happening {
    const known = open.get(request);
    if (known) return known;
    const begun: Happening = { audits: [], calls: [] };
    open.set(request, begun);
    const [oldest] = open.keys();
    if (open.size > mostOpen && oldest !== undefined) open.delete(oldest);
    return begun;
  }

  function readLog(line: Line): void {
    const { msg, request } = line;
    if (request === undefined) return sayOther(line);
    const happening = happeningOf(request);
    if (msg === 'request') {
      open.delete(request);
      const sentence = sentenceOf(line as unknown as RequestEnd, happening, options.nameOf);
      if (sentence !== undefined) tell(sentence, Date.parse(String(line['time'])));
    } else if (msg === 'admin call') happening.calls.push(line as never);
    else if (typeof line['code'] === 'string') happening.fault = line['code'];
    else {
      if (msg === 'unexpected error') happening.fault = 'unexpected';
      sayOther(line);
    }
  }

  function sayOther(line: Line): void {
    const { level = warning, msg = '' } = line;
    if (uninteresting.includes(msg) || level < 30) return;
    const { err, ...details } = Object.fromEntries(
      Object.entries(line).filter(([name]) => !usual.includes(name)),
    );
    const more = Object.keys(details).length > 0 ? ` ${JSON.stringify(details)}` : '';
    const stack = (err as { stack?: string } | undefined)?.stack;
    say(`Portico: ${msg}${more}${stack === undefined ? '' : `\n${stack}`}`);
  }

  return function read(text) {
    const line = parsed(text);
    if (!line) return say(text);
    if (!('audit' in line)) {
      keepLog(text);
      return readLog(line);
    }
    keepAudit(text);
    if (line.request !== undefined) happeningOf(line.request).audits.push(line as never);
  };
}

/** `undefined` for what is no line of ours. */
function parsed(text: string): Line | undefined {
  if (!text.startsWith('{')) return undefined;
  try {
    const line = JSON.parse(text) as Line;
    return 'level' in line || 'audit' in line ? line : undefined;
  } catch {
    return undefined;
  }
}
