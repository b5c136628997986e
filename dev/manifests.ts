/**
 * `npm run manifests`: writes what in `deploy/` follows from the code, and renders all of it with Helm
 * and kubectl for the tests. To be run after each change of settings or of `deploy/`.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { stringify } from 'yaml';
import { alertRules, alertsOfChart, alertsOfOverlay, prometheusRule } from './manifests/alerts.ts';
import { schemaOfSettings } from './manifests/chart-schema.ts';
import { canRender, cases, keep } from './manifests/rendered.ts';

const path = 'deploy/helm/portico/values.schema.json';
const schema = JSON.parse(readFileSync(path, 'utf8')) as { definitions: Record<string, unknown> };
schema.definitions['settings'] = schemaOfSettings();
writeFileSync(path, JSON.stringify(schema, undefined, 2));
spawnSync('npx', ['--no-install', 'oxfmt', path], { stdio: 'inherit' });

// Neither Helm nor Kustomize reads a file of another folder.
const { groups } = alertRules();
const made = '# Made by `npm run manifests` from deploy/prometheus/alerts.yaml.\n';
writeFileSync(alertsOfChart, made + stringify({ groups }, { lineWidth: 0 }));
writeFileSync(alertsOfOverlay, made + stringify(prometheusRule(groups), { lineWidth: 0 }));

for (const one of cases) {
  if (canRender(one)) keep(one);
  else console.warn(`${one.name} is not rendered: ${one.tool} is not installed.`);
}
