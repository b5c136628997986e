/** Reads expressions of Prometheus as far as needed to see whether what they name is there. */
import type { Series } from '../support/metrics.ts';

/** Given by Prometheus. */
const added = ['job', 'instance', 'alertname'];
const ofPrometheus = ['up'];

/** The labels that a summary or a legend has in it, as `{{label}}` or `{{ $labels.label }}`. */
export function addressedIn(text: string): string[] {
  return [...text.matchAll(/\{\{\s*(?:\$labels\.)?(\w+)\s*\}\}/g)].map(([, label]) => label!);
}

/**
 * What an expression names that no series has: metrics, labels, values of labels.
 * @param more labels that are shown with its result
 */
export function faultsOfExpression(
  expr: string,
  series: readonly Series[],
  more: readonly string[] = [],
): string[] {
  const selectors = [...expr.matchAll(/\b((?:portico|process|nodejs)_\w+|up)\b(?:\{([^}]*)\})?/g)];
  const faults = selectors.flatMap(([, name = '', matchers = '']) => {
    if (ofPrometheus.includes(name)) return [];
    const own = series.filter((one) => one.name === name);
    if (own.length === 0) return [`there is no ${name}`];
    return faultsOfMatchers(name, own, matchers);
  });
  if (selectors.length === 0) faults.push(`no metric in ${expr}`);
  const named = new Set(selectors.map(([, name]) => name));
  const labels = series
    .filter(({ name }) => named.has(name))
    .flatMap((one) => Object.keys(one.labels));
  const known = new Set([...labels, ...added]);
  const groups = [...expr.matchAll(/\b(?:by|on|group_left|group_right) ?\(([^)]*)\)/g)];
  const grouped = groups.flatMap(([, list = '']) => list.split(',').map((label) => label.trim()));
  const unknown = [...grouped, ...more].filter((label) => label !== '' && !known.has(label));
  return [...faults, ...unknown.map((label) => `no label ${label} in ${expr}`)];
}

function faultsOfMatchers(name: string, own: readonly Series[], matchers: string): string[] {
  const all = [...matchers.matchAll(/(\w+)\s*(=~|!~|!=|=)\s*"([^"]*)"/g)];
  return all.flatMap(([, label = '', sign = '', value = '']) => {
    if (added.includes(label)) return [];
    const values = own.flatMap((one) => one.labels[label] ?? []);
    if (values.length === 0) return [`${name} has no label ${label}`];
    const wanted = sign.endsWith('~') ? value.split('|') : [value];
    return wanted
      .filter((one) => !values.some((there) => new RegExp(`^(?:${one})$`).test(there)))
      .map((one) => `${name} has no ${label} "${one}"`);
  });
}
