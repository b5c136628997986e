import type { Setting } from '@portico/settings';
import { settingsFor } from '../../src/config.ts';
import { backendNames } from '../../src/identity/index.ts';

/** The chart sets these itself: probes, Services and grace periods depend on them. */
export const settingsOfChart = [
  'PORT',
  'HOST',
  'MANAGEMENT_PORT',
  'MANAGEMENT_HOST',
  'DRAIN_SECONDS',
];

/** All settings, of the app and of every backend. */
export function allSettings(): Record<string, Setting<unknown>> {
  return Object.assign({}, ...backendNames.map((name) => settingsFor({ IDENTITY: name })));
}

/**
 * The part of the chart's JSON schema (draft 7) that knows the names of settings: those that may be
 * written into `settings`. A secret may not.
 */
export function schemaOfSettings() {
  const rows = Object.entries(allSettings());
  const plain = rows.filter(([name, row]) => !row.isSecret && !settingsOfChart.includes(name));
  return {
    type: 'object',
    additionalProperties: false,
    properties: Object.fromEntries(plain.map(([name, row]) => [name, schemaOf(row)])),
  };
}

/** What YAML may make of a text. `off` is false in the YAML of Helm: where it must be text, the schema says so. */
function schemaOf(row: Setting<unknown>) {
  const takes = (text: string) => row.read(text) !== undefined;
  const type = [
    'string',
    ...(['1', '10', '5000'].some(takes) ? ['integer'] : []),
    ...(row.read('false') === false ? ['boolean'] : []),
    ...(takes('{}') && !takes('x') ? ['object'] : []),
    'null',
  ];
  return { description: row.wants, type };
}
