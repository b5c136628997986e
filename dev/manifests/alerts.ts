import { readFileSync } from 'node:fs';
import { parse } from 'yaml';

export const alertsOfChart = 'deploy/helm/portico/alerts.yaml';
export const alertsOfOverlay = 'deploy/kubernetes/overlays/production/alerts.yaml';

/** The groups of alert rules, as Prometheus reads them. */
export const alertRules = () =>
  parse(readFileSync('deploy/prometheus/alerts.yaml', 'utf8')) as { groups: unknown[] };

/** The same as the Prometheus operator reads them. */
export const prometheusRule = (groups: unknown[]) => ({
  apiVersion: 'monitoring.coreos.com/v1',
  kind: 'PrometheusRule',
  metadata: {
    name: 'portico',
    labels: { 'app.kubernetes.io/name': 'portico', 'app.kubernetes.io/component': 'management' },
  },
  spec: { groups },
});
