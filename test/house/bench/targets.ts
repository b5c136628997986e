import { peerName } from './apps.ts';
import { titles, type Section } from './results.ts';
import type { WorkName } from './works.ts';

/** What a ratio to the peer should be, with each way to send: at least for paces, at most for all else. */
interface Target {
  title: string;
  section: string;
  row: string;
  got: number;
  undici: number;
}

const pace = (work: WorkName, got: number, undici: number): Target => ({
  title: `${work}, as fast as it goes`,
  section: titles[work],
  row: 'as fast as it goes',
  got,
  undici,
});
const theProcess = 'the process';

const targets: Target[] = [
  pace('login', 1.1, 1.8),
  pace('consent', 0.8, 1.5),
  pace('journey', 1.1, 1.8),
  {
    title: 'login at half of the rate of the peer, p99',
    section: titles.login,
    row: 'same rate, p99',
    got: 0.5,
    undici: 0.35,
  },
  {
    title: 'start to the first page',
    section: theProcess,
    row: 'start to first page',
    got: 0.65,
    undici: 0.65,
  },
  {
    title: 'memory after a minute of journeys at the same rate',
    section: theProcess,
    row: 'memory after steady load',
    got: 0.8,
    undici: 0.8,
  },
];

/** A line for each: the ratio, what it should be, and whether it is. Empty without a peer. */
export function targetLines(sections: Section[], yardstick: string): string[] {
  if (yardstick !== peerName) return [];
  const lines = targets.flatMap(({ title, section, row, ...wanted }) => {
    const ratios = sections
      .find((one) => one.title === section)
      ?.rows.find((one) => one.title === row)?.ratios;
    if (!ratios) return [];
    const isLeast = row === 'as fast as it goes';
    const cells = (['got', 'undici'] as const).map((name) => {
      const found = ratios[name]?.median ?? Number.NaN;
      const isReached = isLeast ? found >= wanted[name] : found <= wanted[name];
      const sign = isLeast ? '≥' : '≤';
      return `${found.toFixed(2)} (${sign} ${wanted[name]}${isReached ? '' : ', missed'})`.padEnd(
        24,
      );
    });
    return [`  ${title.padEnd(54)}${cells.join('')}`.trimEnd()];
  });
  return ['', `  ${'to the peer (wanted)'.padEnd(54)}${'got'.padEnd(24)}undici`, ...lines];
}
