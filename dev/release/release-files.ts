import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { sectionOf } from './changelog.ts';
import { git, run } from './run.ts';
import { sbom } from './sbom.ts';

const chart = 'deploy/helm/portico';

/**
 * Writes what belongs to a release: the sources, the chart, the bill of materials, the notes, and checksums
 * of them. The same tag gives the same archives.
 * @param folder is emptied before
 * @returns the names of the files
 */
export function writeReleaseFiles(version: string, folder: string): string[] {
  const tag = `v${version}`;
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const at = (name: string) => join(folder, name);
  const sources = `portico-${version}.tar.gz`;
  git('archive', '--format=tar.gz', `--prefix=portico-${version}/`, `--output=${at(sources)}`, tag);
  const packed = `portico-chart-${version}.tgz`;
  git('archive', '--format=tar.gz', '--prefix=portico/', `--output=${at(packed)}`, chartOf(tag));
  const bill = `portico-${version}.cdx.json`;
  writeFileSync(at(bill), sbom());
  writeFileSync(at('notes.md'), `${sectionOf(readFileSync('CHANGELOG.md', 'utf8'), version)}\n`);
  const names = [sources, packed, bill];
  const sums = names.map((name) => `${sha256(at(name))}  ${name}\n`);
  writeFileSync(at('SHA256SUMS'), sums.join(''));
  return [...names, 'SHA256SUMS', 'notes.md'];
}

/** The chart as a commit of its own that belongs to no branch: the times in its archive are then those of the tag. */
function chartOf(tag: string): string {
  const date = git('log', '-1', '--format=%cI', tag);
  const who = { NAME: 'portico', EMAIL: 'portico@localhost', DATE: date };
  const env = Object.entries(who).flatMap(([name, value]) => [
    [`GIT_AUTHOR_${name}`, value],
    [`GIT_COMMITTER_${name}`, value],
  ]);
  const args = ['commit-tree', '--no-gpg-sign', `${tag}:${chart}`, '-m', 'chart'];
  return run('git', args, Object.fromEntries(env) as Record<string, string>);
}

const sha256 = (path: string) => createHash('sha256').update(readFileSync(path)).digest('hex');
