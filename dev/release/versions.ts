import { readdirSync } from 'node:fs';

interface Place {
  file: string;
  /** What stands before a version, and the version. */
  pattern: RegExp;
  /** How often it is there at least. */
  times: number;
}

const overlays = 'deploy/kubernetes/overlays';

/**
 * Where the version of the app is written. The packages below `packages/` have versions of their own: they
 * are published nowhere.
 */
export const places = (): Place[] => [
  { file: 'package.json', pattern: /^( {2}"version": ")([^"]+)/m, times: 1 },
  // of the app, in its head and as the first of all packages
  {
    file: 'package-lock.json',
    pattern: /^(\{\n {2}"name": "[^"]+",\n {2}"version": ")([^"]+)/,
    times: 1,
  },
  {
    file: 'package-lock.json',
    pattern: /^( {4}"": \{\n {6}"name": "[^"]+",\n {6}"version": ")([^"]+)/m,
    times: 1,
  },
  { file: 'deploy/helm/portico/Chart.yaml', pattern: /^((?:appV|v)ersion: )(\S+)/gm, times: 2 },
  ...readdirSync(overlays).map((name) => ({
    file: `${overlays}/${name}/kustomization.yaml`,
    pattern: /^( {4}newTag: )(\S+)/m,
    times: 1,
  })),
];

/**
 * @param text of the file
 * @throws Error when the version is not where it was
 */
export function withVersion(
  { file, pattern, times }: Place,
  text: string,
  version: string,
): string {
  let count = 0;
  const changed = text.replace(pattern, (_all, before: string) => {
    count += 1;
    return before + version;
  });
  if (count < times) throw new Error(`${file} has no version where it should be.`);
  return changed;
}

const form = /^(\d+)\.(\d+)\.(\d+)(?:-([\w.-]+))?$/;

/**
 * @param wanted a version, or `major`, `minor` or `patch`: which number of the current one grows
 * @returns the version; `undefined` when it is none
 */
export function nextVersion(current: string, wanted: string): string | undefined {
  const [, major, minor, patch] = form.exec(current) ?? [];
  if (wanted === 'major') return `${Number(major) + 1}.0.0`;
  if (wanted === 'minor') return `${major}.${Number(minor) + 1}.0`;
  if (wanted === 'patch') return `${major}.${minor}.${Number(patch) + 1}`;
  return form.test(wanted) ? wanted : undefined;
}

/** Whether a version comes before another one; a `-rc.1` comes before its version. */
export function isBefore(one: string, other: string): boolean {
  const [a, b] = [one, other].map((version) => form.exec(version)!);
  for (const at of [1, 2, 3]) {
    const difference = Number(a![at]) - Number(b![at]);
    if (difference !== 0) return difference < 0;
  }
  const [before, after] = [a![4], b![4]];
  if (before === undefined || after === undefined)
    return before !== undefined && after === undefined;
  return before.localeCompare(after, 'en', { numeric: true }) < 0;
}
