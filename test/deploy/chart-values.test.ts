/** The schema of the chart's values takes what works, and names what does not. */
import { readFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import { describe, expect, test } from '@jest/globals';
import { parseObjects, readYaml, type Item } from './manifests.ts';

const chart = 'deploy/helm/portico';
const schema: Item = JSON.parse(readFileSync(`${chart}/values.schema.json`, 'utf8'));
const validate = new Ajv({ allErrors: true, allowUnionTypes: true, strictTypes: false }).compile(
  schema,
);

/** Where the schema finds something, as paths. */
function faultsOf(values: Item): string[] {
  validate(values);
  return (validate.errors ?? []).map(({ instancePath, params }) =>
    [instancePath, params['additionalProperty'] as string | undefined]
      .filter((part) => part !== undefined)
      .join('/'),
  );
}

const usual = readYaml(`${chart}/values.yaml`);
const minimal = readYaml('test/deploy/values/minimal.yaml');
/** As Helm merges them, for values that are no maps in maps. */
const withValues = (values: Item): Item => ({ ...usual, ...minimal, ...values });

test.each(['minimal', 'everything', 'sticky'])('takes %s', (name) => {
  expect(faultsOf(usual)).toEqual([]);
  expect(faultsOf({ ...usual, ...readYaml(`test/deploy/values/${name}.yaml`) })).toEqual([]);
});

test('takes what docs/kubernetes.md writes', () => {
  const page = readFileSync('docs/kubernetes.md', 'utf8');
  const [, block = ''] = /^```yaml\n(# values\.yaml[^]*?)^```/m.exec(page)!;
  const values = parseObjects(block)[0];
  expect(Object.keys(values)).toContain('ingress');
  expect(faultsOf({ ...usual, ...values })).toEqual([]);
});

describe('refuses', () => {
  test.each<[what: string, values: Item, at: string]>([
    ['a misspelled value', { replica: 3 }, '/replica'],
    ['a misspelled setting', { settings: { BRAND_NAM: 'x' } }, '/settings/BRAND_NAM'],
    ['a setting of the chart', { settings: { PORT: 8080 } }, '/settings/PORT'],
    ['a secret among settings', { settings: { COOKIE_SECRET: 'x' } }, '/settings/COOKIE_SECRET'],
    ['the file of one', { settings: { DATABASE_URL_FILE: '/x' } }, '/settings/DATABASE_URL_FILE'],
    ['the value of a secret', { secrets: { COOKIE_SECRET: 'x' } }, '/secrets/COOKIE_SECRET'],
    ['no cookie secret', { secrets: {} }, '/secrets'],
    [
      'a secret from nowhere',
      { secrets: { COOKIE_SECRET: { key: 'x' } } },
      '/secrets/COOKIE_SECRET',
    ],
    [
      'YAML that takes off for false',
      { settings: { CLIENT_LOGOS: false } },
      '/settings/CLIENT_LOGOS',
    ],
    ['a list for a text', { settings: { LDAP_URL: ['ldaps://x'] } }, '/settings/LDAP_URL'],
    [
      'a file from two places',
      { files: { X: { secret: 'a', configMap: 'b', key: 'c' } } },
      '/files/X',
    ],
    ['a file without a key', { files: { USERS_FILE: { secret: 'a' } } }, '/files/USERS_FILE'],
    ['a number for a variable', { extraEnv: [{ name: 'X', value: 1 }] }, '/extraEnv/0/value'],
    ['a tag for a digest', { image: { repository: 'x', digest: 'v1' } }, '/image/digest'],
    ['no instance', { replicas: 0 }, '/replicas'],
    ['words for a switch', { ingress: { enabled: 'yes' } }, '/ingress/enabled'],
    ['a host beside BASE_URL', { ingress: { enabled: true, hosts: [] } }, '/ingress/hosts'],
    [
      'a route to nowhere',
      { httpRoute: { enabled: true, parentRefs: [] } },
      '/httpRoute/parentRefs',
    ],
    [
      'a rule without peers',
      { networkPolicy: { egress: { x: { ports: [] } } } },
      '/networkPolicy/egress/x',
    ],
    ['the limits of a drain', { drainSeconds: 3600 }, '/drainSeconds'],
  ])('%s', (_what, values, at) => {
    expect(faultsOf(withValues(values))).toContain(at);
  });
});

test('every value is explained where it stands', () => {
  const text = readFileSync(`${chart}/values.yaml`, 'utf8');
  expect(Object.keys(usual).toSorted()).toEqual(
    Object.keys(schema.properties)
      .filter((name) => name !== 'global')
      .toSorted(),
  );
  // A value at the top has a comment above it, or stands right below one that has.
  const blocks = text.split(/\n\n+/);
  const bare = blocks.filter(
    (block) => !block.startsWith('#') && !/^\S+:[^\n]*\n {2}#/.test(block),
  );
  expect(bare).toEqual([]);
});
