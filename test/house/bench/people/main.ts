/** `npm run bench -- people`: what it costs to have many people, in each home that they may have. */
import { cpus, loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { hashPassword } from '../../../../src/identity/password.ts';
import { readHash } from '@portico/password-hashes';
import { password } from '../bench-people.ts';
import type { Place } from '../apps.ts';
import { quantile } from '../spread.ts';
import { homeNames, openHome, type Home, type HomeName } from './homes.ts';
import { measureHome, type Counts, type HomeFindings } from './measure-home.ts';

export interface PeopleOptions extends Counts {
  homes: readonly HomeName[];
}

/** @throws for what it does not know; the message is for the person at the terminal */
export function readPeopleOptions(args: string[]): PeopleOptions {
  const { values } = parseArgs({
    args,
    options: {
      people: { type: 'string', default: '300000' },
      'sign-ins': { type: 'string', default: '500' },
      only: { type: 'string', default: homeNames.join(',') },
    },
  });
  const people = Number(values.people);
  const signIns = Number(values['sign-ins']);
  if (!(people >= 1000) || !(signIns >= 10)) {
    throw new TypeError('There must be 1,000 people and 10 sign-ins at least.');
  }
  const names: readonly string[] = values.only.split(',');
  const unknown = names.find((name) => !homeNames.some((known) => known === name));
  if (unknown !== undefined) throw new TypeError(`There is no home "${unknown}".`);
  return { people, signIns, loadMs: 5000, homes: names as HomeName[] };
}

export async function measurePeople(
  options: PeopleOptions,
  { place, folder, tell }: { place: Place; folder: string; tell: (what: string) => void },
): Promise<string> {
  const lines = [
    `${cpus()[0]?.model}, Node ${process.version}; load before: ${loadavg()[0]?.toFixed(1)}`,
    `${options.people} people; ${options.signIns} sign-ins one after the other`,
    `a password hash alone: ${timesText(await hashTimes())}`,
  ];
  for (const name of options.homes) {
    tell(`filling: ${name}`);
    const home = await openHome(name, { count: options.people, folder, core: place.core });
    if (!home) {
      lines.push('', `${name}: not measured, because Debian's postgresql is not installed`);
      continue;
    }
    try {
      tell(`measuring: ${name}`);
      lines.push('', ...linesOf(name, home, await measureHome(home, place, options)));
    } finally {
      await home.close();
    }
  }
  return lines.join('\n');
}

function linesOf(name: HomeName, { filled }: Home, found: HomeFindings): string[] {
  const { memory, signIn, statements } = found;
  // A database of ours gets a strong hash in its place at that sign-in.
  const weak = name === 'file' ? 'cheapest hash' : 'cheapest hash, which is replaced';
  return [
    name,
    filled && `  import: ${filled.seconds.toFixed(1)} s, at most ${mebibytes(filled.peakMemory)}`,
    `  start to first page: ${(found.startMs / 1000).toFixed(2)} s`,
    memory &&
      `  memory: ${mebibytes(memory.started)} after the start, ${mebibytes(memory.loaded)} after load, ${mebibytes(memory.peak)} at most`,
    `  sign-in, usual hash: ${timesText(signIn.usual)}`,
    `  sign-in, ${weak}: ${timesText(signIn.cheapest)}`,
    `  sign-ins at once, usual hash: ${found.perSecond.toFixed(0)} /s`,
    statements !== undefined && `  statements of a sign-in with its consent: ${statements}`,
  ].filter((line) => typeof line === 'string');
}

async function hashTimes() {
  const hash = readHash(await hashPassword(password))!;
  const times = new Float64Array(100);
  for (let number = 0; number < times.length; number += 1) {
    const start = performance.now();
    await hash.verify(Buffer.from(password));
    times[number] = performance.now() - start;
  }
  times.sort();
  return { p50: quantile(times, 0.5), p99: quantile(times, 0.99) };
}

const timesText = ({ p50, p99 }: { p50: number; p99: number }) =>
  `p50 ${p50.toFixed(1)} ms, p99 ${p99.toFixed(1)} ms`;

const mebibytes = (bytes: number | undefined) =>
  bytes === undefined ? 'unknown' : `${(bytes / 1_048_576).toFixed(0)} MiB`;
