/** `npm run manifests` has been run, and versions agree. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import {
  alertRules,
  alertsOfChart,
  alertsOfOverlay,
  prometheusRule,
} from '../../dev/manifests/alerts.ts';
import { schemaOfSettings } from '../../dev/manifests/chart-schema.ts';
import { canRender, cases, digestOf, kept, render } from '../../dev/manifests/rendered.ts';
import { parseObjects, readYaml, type Item } from '../deploy/manifests.ts';
import { notRun } from '../support/not-run.ts';

const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };

describe.each(cases)('$name', (one) => {
  test('is kept as it is now: else run npm run manifests, with helm and kubectl installed', () => {
    expect(kept(one).digest).toBe(digestOf(one));
  });

  if (canRender(one)) {
    test('is kept as it is rendered', () => {
      expect(parseObjects(kept(one).text)).toEqual(parseObjects(render(one)));
    });
  } else notRun(`rendering ${one.name}`, `${one.tool} is not installed`);
});

test('the schema of the chart has the settings of the code: else run npm run manifests', () => {
  const schema: Item = JSON.parse(readFileSync('deploy/helm/portico/values.schema.json', 'utf8'));
  expect(schema.definitions.settings).toEqual(schemaOfSettings());
});

test('the alerts of the chart and the overlay are those of Prometheus: else run npm run manifests', () => {
  const { groups } = alertRules();
  expect(readYaml(alertsOfChart)).toEqual({ groups });
  expect(readYaml(alertsOfOverlay)).toEqual(prometheusRule(groups));
});

test('the chart and the overlays have the version of the package', () => {
  const chart = readYaml('deploy/helm/portico/Chart.yaml');
  expect([chart.version, chart.appVersion]).toEqual([version, version]);
  for (const { name, tool, of } of cases.filter((one) => one.tool === 'kubectl')) {
    const { images } = readYaml(`deploy/kubernetes/${of}/kustomization.yaml`);
    expect([name, tool, images]).toEqual([name, tool, [{ name: 'portico', newTag: version }]]);
  }
});
