import type { Findings, Found } from './rounds.ts';
import { spreadOf, type Spread } from './spread.ts';
import type { WorkName } from './works.ts';

/** One line of the table. */
export interface Row {
  title: string;
  unit: string;
  /** By the name of the app; `undefined` where nothing could be measured. */
  values: Record<string, Spread | undefined>;
  /** The same, each round divided by that round of the yardstick. */
  ratios: Record<string, Spread | undefined>;
}

/** Rows that belong together. */
export interface Section {
  title: string;
  rows: Row[];
}

type Read<T> = (found: T) => (number | undefined)[];

export const titles: Record<WorkName, string> = {
  login: 'GET /login',
  consent: 'GET /consent',
  journey: 'login and consent, cheapest password hash (argon2id m=8,t=1)',
  journeyWithHashing: 'login and consent, usual password hash',
};

const workRows: { title: string; unit: string; read: Read<Found> }[] = [
  { title: 'as fast as it goes', unit: '/s', read: ({ paces }) => paces.map((p) => p.perSecond) },
  { title: 'processor time', unit: 'ms', read: ({ paces }) => paces.map((p) => p.cpuMs) },
  { title: 'half load', unit: '/s', read: ({ halfLoad }) => halfLoad.map((t) => t.perSecond) },
  { title: 'half load, p50', unit: 'ms', read: ({ halfLoad }) => halfLoad.map((t) => t.p50) },
  { title: 'half load, p99', unit: 'ms', read: ({ halfLoad }) => halfLoad.map((t) => t.p99) },
  { title: 'same rate', unit: '/s', read: ({ sameRate }) => sameRate.map((t) => t.perSecond) },
  { title: 'same rate, p50', unit: 'ms', read: ({ sameRate }) => sameRate.map((t) => t.p50) },
  { title: 'same rate, p99', unit: 'ms', read: ({ sameRate }) => sameRate.map((t) => t.p99) },
];

const mebibyte = 1_048_576;
const appRows: { title: string; unit: string; read: Read<Findings> }[] = [
  { title: 'start to first page', unit: 'ms', read: ({ startMs }) => startMs },
  { title: 'start, processor time', unit: 'ms', read: ({ startCpuMs }) => startCpuMs },
  {
    title: 'memory after steady load',
    unit: 'MiB',
    read: ({ steadyMemory }) => mebibytes([steadyMemory]),
  },
  { title: 'memory under load', unit: 'MiB', read: (one) => mebibytes(memoriesOf(one)) },
  { title: 'memory, peak', unit: 'MiB', read: (one) => mebibytes([one.peakMemory]) },
];

/** @param yardstick the name of the app that the others are compared with */
export function sectionsOf(found: Map<string, Findings>, yardstick: string): Section[] {
  const works = Object.keys(titles) as WorkName[];
  const measured = works.filter((work) => [...found.values()].some((one) => one.works[work]));
  return [
    ...measured.map((work) => ({
      title: titles[work],
      rows: workRows.map(({ read, ...row }) =>
        rowOf(row, found, yardstick, (one) => read(one.works[work]!)),
      ),
    })),
    {
      title: 'the process',
      rows: appRows.map(({ read, ...row }) => rowOf(row, found, yardstick, read)),
    },
  ];
}

/** What makes a figure less than it could be, as sentences. */
export function doubtsAbout(found: Map<string, Findings>): string[] {
  return [...found].flatMap(([name, { works }]) =>
    Object.entries(works).flatMap(([work, { paces }]) => {
      const share = (read: 'appShare' | 'driverShare') =>
        spreadOf(known(paces.map((pace) => pace[read])))?.median ?? Number.NaN;
      const [app, driver] = [share('appShare'), share('driverShare')];
      if (!(app < 0.9)) return [];
      const what = `${name}, ${work}: the app had only ${percent(app)} of its core`;
      const why = driver < 0.8 ? 'something else is running here' : 'the generator is the limit';
      return [`${what}, the generator and the admin API ${percent(driver)} of theirs: ${why}.`];
    }),
  );
}

function rowOf(
  row: Pick<Row, 'title' | 'unit'>,
  found: Map<string, Findings>,
  yardstick: string,
  read: Read<Findings>,
): Row {
  const yards = read(found.get(yardstick)!);
  const values: Row['values'] = {};
  const ratios: Row['ratios'] = {};
  for (const [name, findings] of found) {
    const rounds = read(findings);
    values[name] = spreadOf(known(rounds));
    ratios[name] = spreadOf(known(rounds.map((value, round) => over(value, yards[round]))));
  }
  return { ...row, values, ratios };
}

function memoriesOf({ works }: Findings): (number | undefined)[] {
  return Object.values(works).flatMap(({ paces }) => paces.map((pace) => pace.memory));
}

function mebibytes(values: (number | undefined)[]): (number | undefined)[] {
  return values.map((bytes) => over(bytes, mebibyte));
}

function over(value: number | undefined, by: number | undefined): number | undefined {
  return value === undefined || by === undefined ? undefined : value / by;
}

function known(values: (number | undefined)[]): number[] {
  return values.filter((value) => value !== undefined);
}

function percent(share: number): string {
  return `${Math.round(share * 100)} %`;
}
