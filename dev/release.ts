/** `npm run release -- VERSION`: makes a release on this machine. See docs/develop.md, "Releasing". */
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { closeChangelog } from './release/changelog.ts';
import { writeReleaseFiles } from './release/release-files.ts';
import { git } from './release/run.ts';
import { isBefore, nextVersion, places, withVersion } from './release/versions.ts';

const usage = `npm run release -- VERSION [--dry-run] [--tested]
npm run release -- --files

VERSION is such as 1.2.0, or which number grows: major, minor or patch.
--dry-run  says what would be done, and changes nothing
--tested   does not run npm test: CI has tested this commit
--files    only writes the files of the version that is checked out, into release/
Nothing is pushed.`;

const folder = 'release';
const changelog = 'CHANGELOG.md';

class Refusal extends Error {}

function main(): void {
  const { values, positionals } = readArgs();
  const { version: current } = JSON.parse(readFileSync('package.json', 'utf8')) as {
    version: string;
  };
  if (values.files) return writeFiles(current);
  const version = nextVersion(current, positionals[0] ?? '');
  if (version === undefined || positionals.length !== 1) throw new Refusal(usage);
  const { changes, notes } = prepare(current, version);
  if (values['dry-run']) return tell(version, changes, notes);
  if (!values.tested) test();
  for (const [file, text] of changes) writeFileSync(file, text);
  git('commit', '--quiet', '--message', `Release ${version}`, '--', ...changes.keys());
  const isSigned = hasSigningKey();
  // A signature follows the last line end.
  const message = `Portico ${version}\n\n${notes}\n`;
  git(
    'tag',
    isSigned ? '--sign' : '--annotate',
    `v${version}`,
    '--cleanup=verbatim',
    '-m',
    message,
  );
  console.log(`Tagged v${version}${isSigned ? ', signed' : ''}.`);
  writeFiles(version);
  console.log(`Now look at it, then: git push origin HEAD v${version}`);
}

function readArgs() {
  const options = {
    'dry-run': { type: 'boolean' },
    tested: { type: 'boolean' },
    files: { type: 'boolean' },
  } as const;
  try {
    return parseArgs({ options, allowPositionals: true });
  } catch (error) {
    throw new Refusal(`${(error as Error).message}\n${usage}`);
  }
}

/**
 * What a release changes.
 * @throws Refusal with everything that is in the way
 */
function prepare(current: string, version: string) {
  const faults: string[] = [];
  if (isBefore(version, current)) faults.push(`${version} comes before ${current}.`);
  if (git('tag', '--list', `v${version}`) !== '')
    faults.push(`The tag v${version} is there already.`);
  if (git('branch', '--show-current') === '') faults.push('No branch is checked out.');
  const dirty = git('status', '--porcelain');
  if (dirty !== '') faults.push(`There are changes that are not committed:\n${dirty}`);
  const changes = new Map<string, string>();
  let notes = '';
  try {
    const today = new Date().toISOString().slice(0, 10);
    const closed = closeChangelog(readFileSync(changelog, 'utf8'), version, today);
    ({ notes } = closed);
    changes.set(changelog, closed.text);
    for (const place of places()) {
      const text = changes.get(place.file) ?? readFileSync(place.file, 'utf8');
      changes.set(place.file, withVersion(place, text, version));
    }
  } catch (error) {
    faults.push((error as Error).message);
  }
  if (faults.length > 0) throw new Refusal(faults.join('\n'));
  return { changes, notes };
}

function tell(version: string, changes: Map<string, string>, notes: string): void {
  const same = (file: string) => readFileSync(file, 'utf8') === changes.get(file);
  console.log(`Would write, and commit as "Release ${version}":`);
  for (const file of changes.keys()) console.log(`  ${file}${same(file) ? ' (as it is)' : ''}`);
  console.log(`Would tag v${version}${hasSigningKey() ? ', signed' : ''}, with:\n\n${notes}\n`);
  console.log(`Would write sources, chart, SBOM and checksums into ${folder}/. Nothing is pushed.`);
}

function hasSigningKey(): boolean {
  try {
    return git('config', 'user.signingkey') !== '';
  } catch {
    return false; // git says so by its status
  }
}

function test(): void {
  const { status } = spawnSync('npm', ['test'], { stdio: 'inherit' });
  if (status !== 0) throw new Refusal('npm test is red. Nothing has been changed.');
}

/** @throws Refusal when something else is checked out than the tag of this version */
function writeFiles(version: string): void {
  const tag = `v${version}`;
  if (!git('tag', '--points-at', 'HEAD').split('\n').includes(tag)) {
    throw new Refusal(`The tag ${tag} is not what is checked out.`);
  }
  for (const name of writeReleaseFiles(version, folder)) console.log(`${folder}/${name}`);
}

try {
  main();
} catch (error) {
  console.error(error instanceof Refusal ? error.message : error);
  process.exitCode = 1;
}
