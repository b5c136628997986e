/** The workflows of GitHub do what they may and no more, and forms ask for no secrets. */
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { auditFaults, type Allowed } from '../../dev/audit/audit-faults.ts';

// oxlint-disable-next-line typescript/no-explicit-any -- YAML of others
type Item = any;

const folder = '.github/workflows';
const { scripts, engines } = JSON.parse(readFileSync('package.json', 'utf8')) as {
  scripts: Record<string, string>;
  engines: { node: string };
};
const workflows: { name: string; text: string; flow: Item }[] = readdirSync(folder).map((name) => {
  const text = readFileSync(join(folder, name), 'utf8');
  return { name, text, flow: parse(text) };
});
const jobsOf = ({ flow }: { flow: Item }): [name: string, job: Item][] => Object.entries(flow.jobs);
const stepsOf = (one: { flow: Item }): Item[] => jobsOf(one).flatMap(([, job]) => job.steps);

describe.each(workflows)('$name', (one) => {
  const { name, text, flow } = one;

  test('takes actions by their commit, and says which version that is', () => {
    const lines = text.split('\n').filter((line) => /\buses:/.test(line));
    const loose = lines.filter(
      (line) => !/uses: [\w/-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/.test(line),
    );
    expect(loose).toEqual([]);
    expect(lines.length).toBe(stepsOf(one).filter(({ uses }) => uses).length);
  });

  test('may do only what a job needs', () => {
    expect(['', 'contents: read']).toContain(
      Object.entries(flow.permissions)
        .map(([what, may]) => `${what}: ${String(may)}`)
        .join(),
    );
    const writes = jobsOf(one).flatMap(([job, { permissions = {} }]) =>
      Object.entries(permissions)
        .filter(([, may]) => may !== 'read')
        .map(([what, may]) => `${job} ${what}: ${String(may)}`),
    );
    const expected = ['image id-token: write', 'files contents: write', 'files id-token: write'];
    expect(writes).toEqual(name === 'release.yml' ? expected : []);
  });

  test('leaves no token of its own in the checkout, and ends', () => {
    const checkouts = stepsOf(one).filter(({ uses = '' }) => uses.startsWith('actions/checkout@'));
    expect(checkouts.length).toBe(jobsOf(one).length);
    for (const step of checkouts) expect(step.with['persist-credentials']).toBe(false);
    for (const [, job] of jobsOf(one)) expect(job['timeout-minutes']).toBeLessThanOrEqual(60);
  });

  test('runs commands that there are, and lets no name of a branch into them', () => {
    for (const { run } of stepsOf(one).filter((step) => step.run)) {
      expect(run).not.toContain('${{');
      for (const [, script] of run.matchAll(/npm run ([\w:]+)/g)) {
        expect(Object.keys(scripts)).toContain(script);
      }
      for (const [path] of run.matchAll(/(?<=^|\s)(\.ci|deploy)\/[\w/.-]+/g)) {
        expect([path, existsSync(path)]).toEqual([path, true]);
      }
    }
    for (const step of stepsOf(one)) {
      if (step.with?.file) expect(existsSync(step.with.file)).toBe(true);
    }
  });

  test('names no registry: that is a variable', () => {
    expect(text).not.toMatch(/ghcr\.io|docker\.io|quay\.io|gcr\.io|amazonaws|azurecr|npmjs/);
  });
});

test('one version of an action is one commit', () => {
  const all = workflows.flatMap(({ text }) => [...text.matchAll(/uses: (\S+)@(\S+) # (\S+)/g)]);
  const commits = new Map(
    all.map(([, action, commit, version]) => [`${action} ${version}`, commit]),
  );
  for (const [, action, commit, version] of all) {
    expect(commits.get(`${action} ${version}`)).toBe(commit);
  }
  expect(new Set(all.map(([, action]) => action)).size).toBe(commits.size);
});

test('the tests run on each Node that the README names', () => {
  const { flow } = workflows.find(({ name }) => name === 'ci.yml')!;
  const { node } = flow.jobs.test.strategy.matrix;
  expect(node).toEqual([20, 22, 24]);
  expect(readFileSync('README.md', 'utf8')).toContain('Node 20, 22 or 24');
  expect(engines.node).toBe(`>=${node[0]}.19`);
});

test('a release is an image of both platforms, signed by its digest, with provenance and SBOM', () => {
  const { flow } = workflows.find(({ name }) => name === 'release.yml')!;
  const build = flow.jobs.image.steps.find(({ id }: Item) => id === 'build').with;
  expect(build).toMatchObject({
    platforms: 'linux/amd64,linux/arm64',
    provenance: 'mode=max',
    sbom: true,
    push: true,
  });
  const args = [...build['build-args'].matchAll(/^(\w+)=/gm)].map(([, name]) => name);
  const dockerfile = readFileSync(build.file, 'utf8');
  for (const name of args) expect(dockerfile).toMatch(new RegExp(`^ARG ${name}$`, 'm'));
  const sign = flow.jobs.image.steps.at(-1);
  expect(sign.run).toContain('cosign sign --yes --recursive "$SIGNED"');
  expect(sign.env.SIGNED).toContain('steps.build.outputs.digest');
  expect(flow.jobs.image.needs).toBe('test');
  expect(readFileSync('SECURITY.md', 'utf8')).toContain(`${folder}/release.yml@refs/tags/v`);
});

test('Dependabot looks where there is something', () => {
  const { updates }: Item = parse(readFileSync('.github/dependabot.yml', 'utf8'));
  const found = updates.map((one: Item) => [one['package-ecosystem'], one.directory]);
  expect(found).toEqual([
    ['npm', '/'],
    ['github-actions', '/'],
  ]);
  for (const { groups, ignore = [] } of updates) {
    expect(Object.keys(groups).length).toBeGreaterThan(0);
    for (const one of ignore) expect(one['dependency-name']).toEqual(expect.any(String));
  }
});

test('the audit finds the base image in the Dockerfile', () => {
  const { flow } = workflows.find(({ name }) => name === 'audit.yml')!;
  const { run } = flow.jobs['base-image'].steps[1];
  const [line = ''] = run.split('\n');
  const found = execFileSync('sh', ['-c', `${line}; printf %s "$pinned"`], { encoding: 'utf8' });
  expect(found).toMatch(/^node:\d+-[\w-]+@sha256:[0-9a-f]{64}$/);
});

describe.each(readdirSync('.github/ISSUE_TEMPLATE'))('the form %s', (file) => {
  const form: Item = parse(readFileSync(join('.github/ISSUE_TEMPLATE', file), 'utf8'));

  test('is one that GitHub takes', () => {
    expect(form).toMatchObject({ name: expect.any(String), description: expect.any(String) });
    const fields = form.body.filter(({ type }: Item) => type !== 'markdown');
    const ids = fields.map(({ id }: Item) => id);
    expect(new Set(ids).size).toBe(ids.length);
    for (const { type, attributes } of form.body) {
      expect(['markdown', 'input', 'textarea', 'dropdown', 'checkboxes']).toContain(type);
      expect(attributes[type === 'markdown' ? 'value' : 'label']).toEqual(expect.any(String));
    }
  });
});

test('whoever reports a fault is told what to leave out', () => {
  const text = readFileSync('.github/ISSUE_TEMPLATE/bug.yml', 'utf8');
  for (const secret of ['challenges', 'tokens', 'cookies', 'passwords', 'connection strings']) {
    expect(text).toContain(secret);
  }
});

describe('npm run audit', () => {
  const url = 'https://github.com/advisories/GHSA-aaaa-bbbb-cccc';
  const advisory = {
    url,
    title: 'Cookies out of bounds',
    severity: 'low',
    name: 'cookie',
    range: '<0.7.0',
  };
  const report = { vulnerabilities: { cookie: { via: [advisory] }, csurf: { via: ['cookie'] } } };
  const allowed = (until: string): Allowed => ({ advisory: url, reason: 'not used', until });

  test('tells each fault once', () => {
    expect(auditFaults(report, [], '2026-01-01')).toEqual([
      `cookie <0.7.0: Cookies out of bounds (low), ${url}`,
    ]);
  });

  test('takes what is allowed until its day', () => {
    expect(auditFaults(report, [allowed('2026-01-01')], '2026-01-01')).toEqual([]);
    expect(auditFaults(report, [allowed('2026-01-01')], '2026-01-02')).toEqual([
      `${url} was allowed until 2026-01-01: look again.`,
    ]);
  });

  test('wants nothing to be allowed that is not there', () => {
    expect(auditFaults({ vulnerabilities: {} }, [allowed('2026-01-01')], '2026-01-01')).toEqual([
      `${url} is allowed, but no longer found: take it away.`,
    ]);
  });

  test('allows what has a reason and a day', () => {
    const list = JSON.parse(readFileSync('dev/audit/allowed.json', 'utf8')) as Allowed[];
    for (const one of list) {
      expect(one).toEqual({
        advisory: expect.stringMatching(/^https:\/\/github\.com\/advisories\/GHSA-/),
        reason: expect.stringMatching(/\w \w/),
        until: expect.stringMatching(/^\d{4}-\d\d-\d\d$/),
      });
    }
  });
});
