/** Reads what Prometheus would read. */

export interface Series {
  name: string;
  labels: Record<string, string>;
  value: number;
}

export interface ReadMetrics {
  text: string;
  series: Series[];
  /** `counter`, `gauge` or `histogram`, by the name of the metric. */
  types: Record<string, string>;
  /** The sum over all series that have these labels. */
  sum(name: string, labels?: Record<string, string>): number;
}

/** @param managementUrl of an app with a management port */
export async function readMetrics(managementUrl: string): Promise<ReadMetrics> {
  const answer = await fetch(`${managementUrl}/metrics`);
  const text = await answer.text();
  if (answer.status !== 200) throw new Error(text);
  const lines = text.split('\n').filter((line) => line !== '');
  const series = lines.filter((line) => !line.startsWith('#')).map(readSeries);
  const types = lines.flatMap((line) => [/^# TYPE (\S+) (\S+)$/.exec(line)?.slice(1) ?? []]);
  return {
    text,
    series,
    types: Object.fromEntries(types.filter(([name]) => name !== undefined)) as Record<
      string,
      string
    >,
    sum: (name, labels = {}) =>
      series
        .filter((one) => one.name === name)
        .filter((one) => Object.entries(labels).every(([key, text]) => one.labels[key] === text))
        .reduce((sum, { value }) => sum + value, 0),
  };
}

function readSeries(line: string): Series {
  const [, name = '', labelled = '', value = ''] = /^([\w:]+)(?:\{(.*)\})? (\S+)$/.exec(line) ?? [];
  if (name === '') throw new Error(`This is no series: ${line}`);
  const labels = [...labelled.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)];
  return {
    name,
    labels: Object.fromEntries(labels.map(([, key, text]) => [key, text])) as Record<
      string,
      string
    >,
    value: Number(value.replace('+Inf', 'Infinity')),
  };
}
