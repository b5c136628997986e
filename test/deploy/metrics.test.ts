/** What the documents, the dashboard and the alerts say of metrics is what a running Portico has. */
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { testDatabases } from '@portico/database/testing';
import { parse } from 'yaml';
import { startAdminStub, type AdminStub } from '../support/admin-stub.ts';
import { startApp, type TestApp } from '../support/app.ts';
import { readMetrics, type ReadMetrics } from '../support/metrics.ts';
import { notRun } from '../support/not-run.ts';
import { openAt, screens } from '../support/screens.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { alertCases, healthy } from './alert-cases.ts';
import { addressedIn, faultsOfExpression } from './expressions.ts';

interface Rule {
  alert: string;
  expr: string;
  for: string;
  labels: { severity: string };
  annotations: { summary: string; runbook_url: string };
}

interface Panel {
  type: string;
  title: string;
  gridPos: { x: number; y: number; w: number; h: number };
  targets?: { expr: string; legendFormat: string; datasource: { uid: string } }[];
}

interface Dashboard {
  uid: string;
  schemaVersion: number;
  panels: Panel[];
  templating: { list: { name: string; query: string | { query: string } }[] };
  annotations: { list: { expr?: string }[] };
}

const alertsFile = 'deploy/prometheus/alerts.yaml';
const { groups } = parse(readFileSync(alertsFile, 'utf8')) as { groups: { rules: Rule[] }[] };
const alerts = groups.flatMap(({ rules }) => rules);
const dashboard = JSON.parse(readFileSync('deploy/grafana/portico.json', 'utf8')) as Dashboard;
const targets = dashboard.panels.flatMap(({ targets: own = [] }) => own);
const page = readFileSync('docs/watch.md', 'utf8');

const [pglite] = testDatabases();
let stub: AdminStub;
let app: TestApp;
let metrics: ReadMetrics;

beforeAll(async () => {
  stub = await startAdminStub();
  const databaseUrl = await pglite!.fresh();
  app = await startApp(stub, { MANAGEMENT_PORT: '0', DATABASE_URL: databaseUrl, IDENTITY: 'file' });
  const browser = app.browser();
  for (const screen of screens) {
    // oxlint-disable-next-line no-await-in-loop -- a person does one thing after the other
    await browser.submit(await browser.get(openAt(stub, screen).address), screen.yes);
  }
  metrics = await readMetrics(app.managementUrl);
}, 60_000);
afterAll(async () => {
  await app.close();
  await stub.close();
  await pglite!.close();
});

describe('the table in docs/watch.md', () => {
  /** Only Linux tells them. */
  const ofLinux = /^process_(virtual_memory|heap|open_fds|max_fds)/;
  const mayLack = (name: string) => process.platform !== 'linux' && ofLinux.test(name);
  const rows = [...page.matchAll(/^\| `(\w+)` \| (counter|gauge|histogram) \| (.*?) \| .+ \|$/gm)];

  test('has all metrics, with their types and labels, and no others', () => {
    const said = rows
      .filter(([, name = '']) => !mayLack(name))
      .map(([, name, type, labels = '']) => [name, type, labels.replaceAll('`', '')]);
    const labelsOf = (metric: string) => {
      const own = metrics.series.filter(({ name }) => metricOf(name) === metric);
      return [...new Set(own.flatMap(({ labels }) => Object.keys(labels)))];
    };
    const are = Object.entries(metrics.types).map(([name, type]) => {
      const labels = labelsOf(name).filter((label) => label !== 'le');
      return [name, type, labels.join(', ')];
    });
    const order = ([one]: (string | undefined)[], [other]: (string | undefined)[]) =>
      one! < other! ? -1 : 1;
    expect(said.toSorted(order)).toEqual(are.toSorted(order));
  });
});

/** The metric that a series belongs to. */
function metricOf(series: string): string {
  const base = series.replace(/_(bucket|sum|count)$/, '');
  return metrics.types[base] === 'histogram' ? base : series;
}

describe('the alerts', () => {
  test('name only what is there', () => {
    const faults = alerts.flatMap(({ alert, expr, annotations }) =>
      faultsOfExpression(expr, metrics.series, addressedIn(annotations.summary)).map(
        (fault) => `${alert}: ${fault}`,
      ),
    );
    expect(faults).toEqual([]);
    expect(alerts.length).toBeGreaterThan(15);
  });

  test('say how long, how bad, what, and where to read on', () => {
    for (const { alert, labels, annotations, ...rule } of alerts) {
      expect([alert, rule.for]).toEqual([alert, expect.stringMatching(/^\d+[mh]$/)]);
      expect(['critical', 'warning']).toContain(labels.severity);
      expect(annotations.summary).not.toBe('');
      expect(annotations.runbook_url).toBe(`docs/watch.md#${alert.toLowerCase()}`);
      expect(page).toContain(`\n### ${alert}\n\n*${labels.severity}*. `);
    }
    const sections = [...page.matchAll(/^### (Portico\w+)$/gm)].map(([, name]) => name);
    expect(sections).toEqual(alerts.map(({ alert }) => alert));
  });
});

describe('the dashboard', () => {
  test('names only what is there', () => {
    const faults = targets.flatMap(({ expr, legendFormat }) =>
      faultsOfExpression(withoutVariables(expr), metrics.series, addressedIn(legendFormat)),
    );
    expect(faults).toEqual([]);
    expect(targets.length).toBeGreaterThan(40);
  });

  test('asks for the chosen data source, job and instances everywhere', () => {
    for (const { expr, datasource } of targets) {
      expect(datasource.uid).toBe('${datasource}');
      const selectors = expr.match(/(?:portico|process|nodejs)_\w+(\{[^}]*\})?/g) ?? [];
      for (const selector of selectors) {
        expect(selector).toContain('job=~"$job",instance=~"$instance"');
      }
    }
    const { list } = dashboard.templating;
    expect(list.map(({ name }) => name)).toEqual(['datasource', 'job', 'instance']);
  });

  test('has rows of panels that do not lie on each other', () => {
    const titles = dashboard.panels.filter(({ type }) => type === 'row').map(({ title }) => title);
    expect(titles).toEqual(['Now', 'Traffic', 'Sign-ins', 'Dependencies', 'Process']);
    const cells = dashboard.panels.flatMap(({ gridPos: { x, y, w, h } }) =>
      Array.from({ length: w * h }, (_, cell) => `${x + (cell % w)} ${y + Math.floor(cell / w)}`),
    );
    expect(new Set(cells).size).toBe(cells.length);
    expect(Math.max(...dashboard.panels.map(({ gridPos: { x, w } }) => x + w))).toBe(24);
    expect(dashboard.schemaVersion).toBeGreaterThanOrEqual(39);
    expect(dashboard.uid).toBe('portico');
  });
});

const withoutVariables = (expr: string) =>
  expr.replaceAll(/\$(job|instance)\b/g, '.*').replaceAll('$__rate_interval', '5m');

const hasPromtool = spawnSync('promtool', ['--version']).status === 0;
if (hasPromtool) describe('promtool', withPromtool);
else notRun('alerts, dashboard and metrics in promtool', 'Debian: apt-get install prometheus');

function withPromtool(): void {
  const folder = temporaryFolder({});
  const promtool = (args: string[], input = '') => {
    const { status, stdout, stderr } = spawnSync('promtool', args, { input, encoding: 'utf8' });
    return { status, told: stdout + stderr };
  };
  /** @returns its path: JSON is YAML, too */
  const file = (name: string, content: object) => {
    const path = join(folder, name);
    writeFileSync(path, JSON.stringify(content));
    return path;
  };

  test('finds no fault in the alerts', () => {
    expect(promtool(['check', 'rules', alertsFile])).toMatchObject({ status: 0 });
  });

  test('finds no fault in the metrics', () => {
    expect(promtool(['check', 'metrics'], metrics.text)).toEqual({ status: 0, told: '' });
  });

  test('understands each expression of the dashboard', () => {
    const rules = targets.map(({ expr }, index) => ({
      record: `panel:${index}`,
      expr: withoutVariables(expr),
    }));
    const path = file('panels.json', { groups: [{ name: 'panels', rules }] });
    expect(promtool(['check', 'rules', path])).toMatchObject({ status: 0 });
  });

  test('sees each alert fire when it should, alone, and none when all is well', () => {
    expect(Object.keys(alertCases)).toEqual(alerts.map(({ alert }) => alert));
    const firing = 'count by (alertname) (ALERTS{alertstate="firing"})';
    const at = (series: Record<string, string>, expected: string[]) => ({
      interval: '1m',
      input_series: Object.entries(series).map(([name, values]) => ({ series: name, values })),
      promql_expr_test: [
        {
          expr: firing,
          eval_time: '2h',
          exp_samples: expected.map((name) => ({ labels: `{alertname="${name}"}`, value: 1 })),
        },
      ],
    });
    const cases = Object.entries(alertCases).map(([alert, { series, also = [] }]) =>
      at({ ...healthy, ...series }, [alert, ...also].toSorted()),
    );
    const path = file('cases.json', {
      rule_files: [join(process.cwd(), alertsFile)],
      evaluation_interval: '1m',
      tests: [at(healthy, []), ...cases],
    });
    const { status, told } = promtool(['test', 'rules', path]);
    expect(told).toContain('SUCCESS');
    expect(status).toBe(0);
  });
}
