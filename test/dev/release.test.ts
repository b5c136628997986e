/** `npm run release` in a repository of its own. */
import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, test } from '@jest/globals';
import { closeChangelog, sectionOf } from '../../dev/release/changelog.ts';
import { isBefore, nextVersion } from '../../dev/release/versions.ts';
import { notRun } from '../support/not-run.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const tsx = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;
const script = resolve('dev/release.ts');

interface Scratch {
  folder: string;
  release(this: void, ...args: string[]): { status: number | null; says: string };
  git(this: void, ...args: string[]): string;
  read(this: void, file: string): string;
}

/** A repository with what a release touches, on a branch, without a remote. */
function scratch(changes: string): Scratch {
  const heading = '# Changes\n\n## 1.1.0 – unreleased\n';
  const folder = temporaryFolder({
    'CHANGELOG.md': `${heading}\n${changes}\n\n## 1.0.0 – 2020-01-01\n\nOld.\n`,
  });
  for (const path of [
    'package.json',
    'package-lock.json',
    '.npmrc',
    '.gitignore',
    'deploy/helm',
    'deploy/kubernetes',
  ]) {
    cpSync(path, join(folder, path), { recursive: true });
  }
  const who = Object.fromEntries(
    ['AUTHOR', 'COMMITTER'].flatMap((one) => [
      [`GIT_${one}_NAME`, 'Ada'],
      [`GIT_${one}_EMAIL`, 'ada@example.org'],
    ]),
  );
  const env = {
    ...process.env,
    ...who,
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_CONFIG_SYSTEM: '/dev/null',
  };
  const git = (...args: string[]) =>
    execFileSync('git', args, { cwd: folder, env, encoding: 'utf8', stdio: 'pipe' }).trim();
  git('init', '--quiet', '--initial-branch', 'main');
  git('add', '.');
  git('commit', '--quiet', '-m', 'All');
  return {
    folder,
    git,
    read: (file) => readFileSync(join(folder, file), 'utf8'),
    release(...args) {
      const { status, stdout, stderr } = spawnSync(
        process.execPath,
        ['--import', tsx, script, ...args],
        { cwd: folder, env, encoding: 'utf8' },
      );
      return { status, says: stdout + stderr };
    },
  };
}

test('makes a tag with the changes, versions everywhere, archives, SBOM and checksums, and pushes nothing', () => {
  const { folder, release, git, read } = scratch('- **New.** # is no comment.');
  expect(release('9.8.7', '--tested')).toMatchObject({ status: 0 });
  expect(git('status', '--porcelain')).toBe('');
  expect(git('log', '-1', '--format=%s')).toBe('Release 9.8.7');
  expect(git('cat-file', '-t', 'v9.8.7')).toBe('tag'); // annotated
  expect(git('tag', '--list', '--format=%(contents)')).toBe(
    'Portico 9.8.7\n\n- **New.** # is no comment.',
  );
  expect(git('remote')).toBe('');

  expect(read('CHANGELOG.md')).toMatch(
    /^## Unreleased\n\n## 9\.8\.7 – \d{4}-\d\d-\d\d\n\n- \*\*New/m,
  );
  const lock = JSON.parse(read('package-lock.json')) as {
    version: string;
    packages: Record<string, { version: string }>;
  };
  const { version } = JSON.parse(read('package.json')) as { version: string };
  expect([version, lock.version, lock.packages['']!.version]).toEqual(['9.8.7', '9.8.7', '9.8.7']);
  expect(read('deploy/helm/portico/Chart.yaml')).toMatch(
    /^version: 9\.8\.7\nappVersion: 9\.8\.7$/m,
  );
  expect(read('deploy/kubernetes/overlays/production/kustomization.yaml')).toContain(
    'newTag: 9.8.7',
  );

  const files = readdirSync(join(folder, 'release')).toSorted();
  const archives = ['portico-9.8.7.cdx.json', 'portico-9.8.7.tar.gz', 'portico-chart-9.8.7.tgz'];
  expect(files).toEqual(['SHA256SUMS', 'notes.md', ...archives]);
  const sha256 = (name: string) =>
    createHash('sha256')
      .update(readFileSync(join(folder, 'release', name)))
      .digest('hex');
  const sums = read('release/SHA256SUMS').trimEnd().split('\n').toSorted();
  expect(sums).toEqual(archives.map((name) => `${sha256(name)}  ${name}`).toSorted());
  expect(read('release/notes.md')).toBe('- **New.** # is no comment.\n');
  const listed = (name: string) =>
    execFileSync('tar', ['-tzf', join(folder, 'release', name)], { encoding: 'utf8' }).split('\n');
  expect(listed('portico-9.8.7.tar.gz')).toContain('portico-9.8.7/package.json');
  expect(listed('portico-chart-9.8.7.tgz')).toContain('portico/Chart.yaml');

  const before = read('release/SHA256SUMS')
    .split('\n')
    .filter((line) => line.endsWith('gz'));
  expect(release('--files')).toMatchObject({ status: 0 });
  expect(read('release/SHA256SUMS').split('\n')).toEqual(expect.arrayContaining(before));

  const bill = JSON.parse(read('release/portico-9.8.7.cdx.json')) as {
    bomFormat: string;
    metadata: { component: { name: string; version: string; type: string } };
    components: { name: string; version: string; licenses?: unknown[] }[];
  };
  expect(bill).toMatchObject({
    bomFormat: 'CycloneDX',
    metadata: { component: { name: 'portico', version: '9.8.7', type: 'application' } },
  });
  const { dependencies } = JSON.parse(read('package.json')) as {
    dependencies: Record<string, string>;
  };
  const names = bill.components.map(({ name }) => name);
  expect(names).toEqual(expect.arrayContaining(Object.keys(dependencies)));
  for (const development of ['jest', 'typescript', '@portico/hydra-stand-in']) {
    expect(names).not.toContain(development);
  }
  expect(bill.components.filter(({ licenses = [] }) => licenses.length === 0)).toEqual([]);
});

const keygen = spawnSync('ssh-keygen', ['-?']);
if (keygen.error)
  notRun('signed tags', 'ssh-keygen is not installed (Debian: apt-get install openssh-client)');
else {
  test('signs the tag when git has a key', () => {
    const { folder, release, git } = scratch('- New.');
    const key = join(temporaryFolder({}), 'key');
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', key]);
    const signers = `${key}.signers`;
    writeFileSync(signers, `ada@example.org ${readFileSync(`${key}.pub`, 'utf8')}`);
    git('config', 'gpg.format', 'ssh');
    git('config', 'user.signingkey', `${key}.pub`);
    git('config', 'gpg.ssh.allowedSignersFile', signers);
    expect(release('9.8.7', '--tested').says).toContain('Tagged v9.8.7, signed.');
    const { status, stderr } = spawnSync('git', ['verify-tag', 'v9.8.7'], {
      cwd: folder,
      encoding: 'utf8',
    });
    expect([status, stderr]).toEqual([0, expect.stringContaining('Good "git" signature for ada')]);
  });
}

test('a dry run says what it would do, and does nothing', () => {
  const { folder, release, git, read } = scratch('- New.');
  const before = read('CHANGELOG.md');
  const { status, says } = release('minor', '--dry-run');
  expect(status).toBe(0);
  expect(says).toMatch(/Would tag v\d+\.\d+\.0, with:\n\n- New\.\n/);
  expect(says).toContain('deploy/helm/portico/Chart.yaml');
  expect([git('tag'), git('status', '--porcelain'), read('CHANGELOG.md')]).toEqual([
    '',
    '',
    before,
  ]);
  expect(existsSync(join(folder, 'release'))).toBe(false);
});

test('says at once all that is in the way', () => {
  const { folder, release, git } = scratch('');
  git('tag', 'v0.0.1');
  git('checkout', '--quiet', '--detach');
  writeFileSync(join(folder, 'forgotten.txt'), '');
  const { status, says } = release('0.0.1', '--tested');
  expect(status).toBe(1);
  expect(says).toMatch(/^0\.0\.1 comes before /m);
  expect(says).toContain('The tag v0.0.1 is there already.');
  expect(says).toContain('No branch is checked out.');
  expect(says).toContain('forgotten.txt');
  expect(says).toContain('says nothing below "## Unreleased"');
  expect(says).not.toContain('    at '); // no stack
  expect(git('log', '--oneline').split('\n')).toHaveLength(1);
});

test('red tests stop it before anything is changed', () => {
  const { folder, release, git } = scratch('- New.');
  const manifest = join(folder, 'package.json');
  const red = readFileSync(manifest, 'utf8').replace(/"test": ".*"/, '"test": "exit 1"');
  writeFileSync(manifest, red);
  git('commit', '--quiet', '--all', '-m', 'Red');
  const { status, says } = release('patch');
  expect([status, says]).toEqual([1, expect.stringContaining('npm test is red')]);
  expect([git('tag'), git('status', '--porcelain')]).toEqual(['', '']);
});

test('files belong to a tag', () => {
  const { release } = scratch('- New.');
  expect(release('--files')).toMatchObject({
    status: 1,
    says: expect.stringContaining('is not what is checked out'),
  });
  expect(release()).toMatchObject({
    status: 1,
    says: expect.stringContaining('npm run release -- VERSION'),
  });
  expect(release('1.2.3', '--push')).toMatchObject({
    status: 1,
    says: expect.stringContaining("'--push'"),
  });
});

describe('versions', () => {
  test.each([
    ['1.2.3', 'major', '2.0.0'],
    ['1.2.3', 'minor', '1.3.0'],
    ['1.2.3', 'patch', '1.2.4'],
    ['1.2.3', '2.0.0-rc.1', '2.0.0-rc.1'],
    ['1.2.3', 'v2', undefined],
    ['1.2.3', '', undefined],
  ])('after %s, %s is %s', (current, wanted, next) => {
    expect(nextVersion(current, wanted)).toBe(next);
  });

  test('are ordered', () => {
    const order = ['0.9.10', '0.10.0', '1.0.0-rc.2', '1.0.0-rc.10', '1.0.0', '1.0.1'];
    for (const [at, one] of order.entries()) {
      for (const [other, two] of order.entries()) expect(isBefore(one, two)).toBe(at < other);
    }
  });
});

test('the changelog of this project can be closed', () => {
  const { text, notes } = closeChangelog(
    readFileSync('CHANGELOG.md', 'utf8'),
    '9.9.9',
    '2030-01-02',
  );
  expect(text).toContain('## Unreleased\n\n## 9.9.9 – 2030-01-02\n');
  expect(sectionOf(text, '9.9.9')).toBe(notes);
});
