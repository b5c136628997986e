/** Everything in `deploy/` that goes to Kubernetes is what Kubernetes takes. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import { allManifests, type Item } from './manifests.ts';

/** Of the Prometheus operator and the Gateway API: they are not in the library. */
const others = ['ServiceMonitor', 'PrometheusRule', 'HTTPRoute'];
const isKubernetes = ({ kind }: Item) => !others.includes(kind);

interface Model {
  validate(): void;
}

async function modelOf({ apiVersion, kind }: Item): Promise<new (data: Item) => Model> {
  const file: Item = await import(`kubernetes-models/${apiVersion}/${kind}`);
  return file[kind] as new (data: Item) => Model;
}

test('there is something to look at', () => {
  expect(allManifests.map(({ name }) => name)).toContain('helm-minimal');
});

describe.each(allManifests)('$name', ({ objects }) => {
  const named = objects.map((item) => ({ title: `${item.kind} ${item.metadata.name}`, item }));

  test.each(named.filter(({ item }) => isKubernetes(item)))('$title', async ({ item }) => {
    const Made = await modelOf(item);
    new Made(item).validate();
  });

  test('has no two objects of one name', () => {
    const names = named.map(({ title }) => title);
    expect(new Set(names).size).toBe(names.length);
  });
});

describe('names of fields', () => {
  mkdirSync('.cache', { recursive: true });
  const folder = mkdtempSync(join('.cache', 'manifests-'));
  afterAll(() => rmSync(folder, { recursive: true }));

  /** The schemas allow fields that nobody knows; the types do not. */
  function faultsOf(objects: Item[]): string {
    const file = join(folder, 'objects.cts');
    const lines = objects.map(
      (item, at) =>
        `const o${at}: import('kubernetes-models/${item.apiVersion}').I${item.kind} = ${JSON.stringify(item, undefined, 1)};\nvoid o${at};\n`,
    );
    writeFileSync(file, lines.join('\n'));
    const options =
      '--noEmit --strict --skipLibCheck --ignoreConfig --module nodenext --types node';
    try {
      execFileSync('node_modules/.bin/tsc', [...options.split(' '), file], { encoding: 'utf8' });
      return '';
    } catch (error) {
      return (error as { stdout: string }).stdout;
    }
  }

  test('are all known to Kubernetes', () => {
    const objects = allManifests.flatMap((all) => all.objects).filter(isKubernetes);
    expect(faultsOf(objects)).toBe('');
  });

  test('would be found if they were not', () => {
    const [deployment] = allManifests
      .flatMap((all) => all.objects)
      .filter(({ kind }) => kind === 'Deployment');
    const wrong = structuredClone(deployment);
    wrong.spec.template.spec.containers[0].readinesProbe = {};
    expect(faultsOf([wrong])).toContain('readinesProbe');
  });
});
