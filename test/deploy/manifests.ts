/** The objects that Kustomize and Helm make of `deploy/`, without these programs where they are not here. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import {
  canRender,
  cases,
  digestOf,
  kept,
  render,
  type Case,
} from '../../dev/manifests/rendered.ts';
import { notRun } from '../support/not-run.ts';

/** Whatever Kubernetes takes. Its schema is checked by other means. */
// oxlint-disable-next-line typescript/no-explicit-any -- a test that looks at one field names it
export type Item = any;

export interface Manifests {
  name: string;
  objects: Item[];
}

/** Kubernetes reads YAML 1.1: there, 0440 is octal and off is false. */
export const parseObjects = (text: string): Item[] =>
  parseAllDocuments(text, { version: '1.1', merge: true })
    .map((document) => document.toJS())
    .filter(Boolean);

/** @returns those of a case; `undefined` when somebody changed it who cannot render it */
function manifestsOf(one: Case): Manifests | undefined {
  const { digest, text } = kept(one);
  if (digest === digestOf(one)) return { name: one.name, objects: parseObjects(text) };
  if (canRender(one)) return { name: one.name, objects: parseObjects(render(one)) };
  notRun(`the checks of ${one.name}`, `it has changed, and ${one.tool} is not installed`);
  return undefined;
}

export const allManifests: Manifests[] = cases.flatMap((one) => manifestsOf(one) ?? []);

export const readYaml = (path: string): Item => parseObjects(readFileSync(join(path), 'utf8'))[0];

/** The objects of these kinds. */
export const ofKind = ({ objects }: Manifests, ...kinds: string[]): Item[] =>
  objects.filter(({ kind }) => kinds.includes(kind));

/** The templates of all pods, by what makes them. */
export function podsOf(all: Manifests): { of: string; metadata: Item; spec: Item }[] {
  return all.objects.flatMap((item) => {
    if (item.kind === 'Pod') return [{ of: 'Pod', metadata: item.metadata, spec: item.spec }];
    const template = item.spec?.template;
    return template?.spec ? [{ of: item.kind, ...template }] : [];
  });
}

/** Whether a selector (`matchLabels` and `matchExpressions` with `In`) takes these labels. */
export function selects(selector: Item, labels: Record<string, string>): boolean {
  const { matchLabels = {}, matchExpressions = [] } = selector;
  const hasLabels = Object.entries(matchLabels).every(([name, value]) => labels[name] === value);
  return (
    hasLabels && matchExpressions.every(({ key, values }: Item) => values.includes(labels[key]))
  );
}

/**
 * The environment of a container.
 * @returns the texts by name; those that Kubernetes fetches from elsewhere are left out
 */
export function environmentOf(all: Manifests, container: Item): Record<string, string> {
  const maps = (container.envFrom ?? []).map(({ configMapRef }: Item) =>
    ofKind(all, 'ConfigMap').find(({ metadata }) => metadata.name === configMapRef.name),
  );
  const own = (container.env ?? []).filter(({ value }: Item) => value !== undefined);
  return Object.assign(
    {},
    ...maps.map(({ data }: Item) => data),
    ...own.map(({ name, value }: Item) => ({ [name]: value })),
  );
}
