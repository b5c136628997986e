import { listOfValues, misuse, readSecretLine, type Given } from '@portico/command-line';
import type { Introspection } from '@portico/hydra-admin';
import type { ServerCommand } from './server-command.ts';

const introspect: ServerCommand = {
  name: 'tokens introspect',
  operands: [],
  summary: 'Shows whether an access or refresh token is active, and what it stands for.',
  details: `Give the token by the standard input or a file: on the command line it would stay in the history. The
exit code is 0 also for a token that is not active: --json says "active".`,
  operandRefusal:
    'A token typed here would stay in the history: give it by the standard input or --file.',
  options: {
    file: { value: 'FILE', help: 'the file with the token; the standard input by default' },
    scope: { value: 'SCOPE', help: 'a scope that the token must have', isMultiple: true },
  },
  async run(given, context) {
    const token = await readSecretLine(given.text('file') ?? '-', context.stdin, 'the token');
    const scope = given
      .texts('scope')
      .flatMap((text) => text.split(/\s+/))
      .filter(Boolean);
    const found = await context.hydra.tokens.introspect(token.trim(), { scope });
    const text = found.active ? listOfValues(linesOf(found)) : inactive;
    await (given.has('json') ? context.printJson(found) : context.print(text));
  },
};

const inactive =
  'The token is not active: it is unknown, expired or revoked, or it lacks a scope that you asked for.\n';

const flush: ServerCommand = {
  name: 'tokens flush',
  operands: [],
  summary:
    'Deletes expired tokens from the database (only 1.x; later servers have "hydra janitor").',
  details: `It deletes about a thousand at a time: run it again if there are more. Valid tokens are never deleted.`,
  options: {
    'older-than': { value: 'AGE', help: 'keeps younger tokens: 30s, 90m, 24h, 7d' },
    'not-after': { value: 'TIME', help: 'keeps tokens issued later: 2026-01-31T12:00:00Z' },
  },
  async run(given, context) {
    const notAfter = notAfterOf(given);
    await context.hydra.tokens.flush(notAfter ? { notAfter } : {});
    const until = notAfter?.toISOString() ?? null;
    const kept = until === null ? '' : ` Those issued after ${until} are kept.`;
    if (given.has('json')) await context.printJson({ flushed: true, not_after: until });
    else context.note(`Expired tokens are deleted, about a thousand at a time.${kept}`);
  },
};

export const tokenCommands = [introspect, flush];

const secondsIn: Record<string, number> = { s: 1, m: 60, h: 3_600, d: 86_400 };

function notAfterOf(given: Given): Date | undefined {
  const age = given.text('older-than');
  const time = given.text('not-after');
  if (age !== undefined && time !== undefined)
    throw misuse('--older-than and --not-after exclude each other.');
  if (age !== undefined) {
    const [, count, unit] = /^(\d{1,6})([smhd])$/.exec(age) ?? [];
    if (!count || !unit) throw misuse('--older-than must be an age such as 30s, 90m, 24h or 7d.');
    return new Date(Date.now() - Number(count) * secondsIn[unit]! * 1_000);
  }
  if (time === undefined) return undefined;
  const isTime = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2})$/.test(time);
  const date = new Date(isTime ? time : Number.NaN);
  if (Number.isNaN(date.getTime())) {
    throw misuse('--not-after must be a time with its zone, such as 2026-01-31T12:00:00Z.');
  }
  return date;
}

function linesOf(found: Introspection): [string, string][] {
  return Object.entries(found).map(([name, value]) => {
    const isTime = ['exp', 'iat', 'nbf'].includes(name) && typeof value === 'number';
    if (isTime) return [name, `${value} (${timeOf(value)})`];
    return [name, typeof value === 'string' ? value : JSON.stringify(value)];
  });
}

/** From seconds since 1970, which may lie beyond what a `Date` can hold. */
function timeOf(seconds: number): string {
  const date = new Date(seconds * 1_000);
  return Number.isNaN(date.getTime()) ? 'not a date' : date.toISOString();
}
