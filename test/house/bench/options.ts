import { parseArgs } from 'node:util';
import { workNames, type WorkName } from './works.ts';

export interface Options {
  rounds: number;
  /** Starts of each app. */
  startRounds: number;
  /** Rounds at a fixed rate. */
  timesRounds: number;
  /** Of the load before memory is read; none when 0. */
  memoryMs: number;
  /** Of each measurement. */
  ms: number;
  /** Before the first measurement of a kind of work. */
  warmMs: number;
  works: readonly WorkName[];
  isJson: boolean;
}

export const usage = `npm run bench -- [--quick] [--json] [--only ${workNames.join(',')}]

  --quick  a look of about half a minute; without it some ten minutes
  --json   the findings as JSON on standard output, the table on standard error
  --only   some kinds of work

npm run bench -- people [--people 300000] [--sign-ins 500] [--only file,pglite,postgresql]

  start, memory and sign-ins with many people, in each home they may have; some ten minutes. The
  PostgreSQL is that of BENCH_DATABASE_URL, or one that is started here. It must be empty

npm run bench -- kills [--rounds 20]

  what \`kill -9\` loses in the middle of sign-ins and of \`portico users add\`, with two instances on
  PostgreSQL and with one on PGlite

npm run bench -- wrong-passwords

  how many of a thousand are looked at, by one instance and by two

  BENCH_PEER_URL    another app to measure beside; ratios are to it instead of to the bare page, which
                    is left out, and a last table says which of our targets are reached
  BENCH_PEER_START  a shell command that starts it (with PORT and HYDRA_ADMIN_URL), so that its
                    start and its memory can be measured, and it gets the same core
  BENCH_PEER_USER   email:password of somebody who may sign in there, foo@bar.com:foobar
  BENCH_ADMIN_PORT  where the admin API shall be, for a peer that runs already`;

/** @throws for what it does not know; the message is for the person at the terminal */
export function readOptions(args: string[]): Options {
  const { values } = parseArgs({
    args,
    options: {
      quick: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      only: { type: 'string' },
    },
  });
  const usual = values.quick ? workNames.slice(0, 3) : workNames;
  const works: readonly string[] = values.only?.split(',') ?? usual;
  const unknown = works.find((name) => !workNames.some((known) => known === name));
  if (unknown !== undefined) throw new TypeError(`There is no work "${unknown}".`);
  const pace = values.quick
    ? { rounds: 2, startRounds: 2, timesRounds: 1, ms: 300, warmMs: 600, memoryMs: 1_000 }
    : { rounds: 5, startRounds: 9, timesRounds: 3, ms: 3_000, warmMs: 3_000, memoryMs: 60_000 };
  return { ...pace, works: works as WorkName[], isJson: values.json };
}

/** @throws for what it does not know; the message is for the person at the terminal */
export function readRounds(args: string[]): number {
  const options = { rounds: { type: 'string', default: '20' } } as const;
  const rounds = Number(parseArgs({ args, options }).values.rounds);
  if (!(rounds >= 1)) throw new TypeError('There must be one round at least.');
  return rounds;
}
