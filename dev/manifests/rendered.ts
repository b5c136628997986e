/**
 * What Kustomize and Helm make of `deploy/`. It is kept beside the tests, so that they can look at it
 * where these programs are not installed.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
} from 'node:fs';
import { writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface Case {
  name: string;
  tool: 'kubectl' | 'helm';
  /** A folder below `deploy/kubernetes`, or a file of values. */
  of: string;
}

const overlays = 'deploy/kubernetes/overlays';
const values = 'test/deploy/values';

/** Every overlay, and the chart with each of these values. */
export const cases: Case[] = [
  ...readdirSync(overlays).map((name): Case => ({
    name: `kustomize-${name}`,
    tool: 'kubectl',
    of: `overlays/${name}`,
  })),
  ...readdirSync(values).map((file): Case => ({
    name: `helm-${file.replace('.yaml', '')}`,
    tool: 'helm',
    of: join(values, file),
  })),
];

const sourceOf = ({ tool }: Case) =>
  tool === 'helm' ? 'deploy/helm/portico' : 'deploy/kubernetes';

/** A release must not make all of it stale. */
const withoutVersion = (text: string) =>
  text.replaceAll(/^(version|appVersion|\s+newTag): .*$/gm, '$1: 0.0.0');

/** What the result depends on, as a hash. */
export function digestOf(one: Case): string {
  const source = sourceOf(one);
  const all = filesIn(source).map((file) => join(source, file));
  // The schema refuses values, but changes none: a new setting needs no Helm.
  const isOf = (file: string) =>
    !file.endsWith('values.schema.json') &&
    (!file.startsWith(`${overlays}/`) || file.startsWith(`deploy/kubernetes/${one.of}/`));
  const files = all.filter(isOf);
  const hash = createHash('sha256');
  for (const file of one.tool === 'helm' ? [...files, one.of] : files) {
    hash.update(`${file}\0${withoutVersion(readFileSync(file, 'utf8'))}\0`);
  }
  return hash.digest('hex');
}

const filesIn = (folder: string) =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => statSync(join(folder, name)).isFile())
    .toSorted();

/** `HELM` and `KUBECTL` name them where they are not on the path. */
const programOf = (tool: Case['tool']) => process.env[tool.toUpperCase()] ?? tool;

/** Whether the program is here that renders it. */
export function canRender({ tool }: Case): boolean {
  const args = tool === 'helm' ? ['version'] : ['kustomize', '--help'];
  return spawnSync(programOf(tool), args).status === 0;
}

/**
 * @returns YAML, as the program writes it
 * @throws Error with what the program says
 */
export function render(one: Case): string {
  const folder = mkdtempSync(join(tmpdir(), 'portico-manifests-'));
  try {
    cpSync(sourceOf(one), folder, { recursive: true });
    for (const name of filesIn(folder)) {
      const path = join(folder, name);
      writeFileSync(path, withoutVersion(readFileSync(path, 'utf8')));
    }
    return one.tool === 'helm'
      ? runHelm(['template', 'portico', folder, '--namespace', 'portico', '--values', one.of])
      : runKustomize(join(folder, one.of));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/**
 * @param args of a command that renders, for the Kubernetes that Helm would find
 * @throws Error with what Helm says
 */
export function runHelm(args: string[]): string {
  return output('helm', [...args, '--kube-version', '1.34.0']);
}

/** @throws Error with what kubectl says */
export function runKustomize(folder: string): string {
  return output('kubectl', ['kustomize', folder]);
}

function output(tool: Case['tool'], args: string[]): string {
  const { status, stdout, stderr, error } = spawnSync(programOf(tool), args, { encoding: 'utf8' });
  if (status !== 0) throw error ?? new Error(stderr);
  return stdout;
}

const keptAt = ({ name }: Case) => join('test/deploy/rendered', `${name}.yaml`);

/** What was kept, and the digest of what it was made from: both are empty for a case that is new. */
export function kept(one: Case): { digest: string; text: string } {
  if (!existsSync(keptAt(one))) return { digest: '', text: '' };
  const all = readFileSync(keptAt(one), 'utf8');
  const [, digest = ''] = /^# Made by npm run manifests of (\w+)\n/.exec(all) ?? [];
  return { digest, text: all };
}

export function keep(one: Case): void {
  writeFileSync(keptAt(one), `# Made by npm run manifests of ${digestOf(one)}\n${render(one)}`);
}
