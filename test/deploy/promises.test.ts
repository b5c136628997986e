/** What docs/kubernetes.md promises of every rendering: never down, nothing allowed that is not needed, no secret values. */
import { describe, expect, test } from '@jest/globals';
import { allSettings, settingsOfChart } from '../../dev/manifests/chart-schema.ts';
import {
  allManifests,
  environmentOf,
  ofKind,
  podsOf,
  selects,
  type Item,
  type Manifests,
} from './manifests.ts';

const settings = allSettings();
const secretNames = Object.keys(settings).filter((name) => settings[name]!.isSecret);
/** Password managers look there, outside of the path of BASE_URL. */
const change = '/.well-known/change-password';
/** What `stop` of src/main.ts gives requests after the drain, in seconds. */
const restSeconds = 10;

const deploymentOf = (all: Manifests): Item => ofKind(all, 'Deployment')[0];
const podOf = (all: Manifests): Item => deploymentOf(all).spec.template;
const containerOf = (all: Manifests): Item => podOf(all).spec.containers[0];
const portsOf = (all: Manifests): Record<string, number> =>
  Object.fromEntries(
    containerOf(all).ports.map(({ name, containerPort }: Item) => [name, containerPort]),
  );

describe.each(allManifests)('$name', (all) => {
  const env = environmentOf(all, containerOf(all));
  const path = new URL(env['BASE_URL']!).pathname.replace(/\/$/, '');

  describe('never down', () => {
    const { spec } = podOf(all);
    const { startupProbe, livenessProbe, readinessProbe, lifecycle } = containerOf(all);

    test('a new pod comes before an old one goes', () => {
      const { maxUnavailable, maxSurge } = deploymentOf(all).spec.strategy.rollingUpdate;
      expect([maxUnavailable, maxSurge]).toEqual([0, 1]);
    });

    test('the process is asked at the port that is open from the start, and only pages decide on traffic', () => {
      for (const probe of [startupProbe, livenessProbe]) {
        expect(probe.httpGet).toEqual({ path: '/health/alive', port: 'management' });
      }
      expect(readinessProbe.httpGet).toEqual({ path: `${path}/health/ready`, port: 'http' });
    });

    test('a slow answer is no reason to restart', () => {
      expect(livenessProbe.periodSeconds * livenessProbe.failureThreshold).toBeGreaterThanOrEqual(
        30,
      );
      expect(livenessProbe.timeoutSeconds).toBeGreaterThan(1);
    });

    test('there is time to end', () => {
      const pause = lifecycle?.preStop.sleep.seconds ?? 0;
      const drain = Number(env['DRAIN_SECONDS']);
      expect(drain).toBeGreaterThanOrEqual(5);
      expect(spec.terminationGracePeriodSeconds).toBeGreaterThan(pause + drain + restSeconds);
    });

    test('pods are not all in one place', () => {
      const labels = podOf(all).metadata.labels;
      expect(spec.topologySpreadConstraints.length).toBeGreaterThan(0);
      for (const { labelSelector } of spec.topologySpreadConstraints) {
        expect(selects(labelSelector, labels)).toBe(true);
      }
    });

    test('several pods have a disruption budget that lets nodes be drained', () => {
      const isSeveral = deploymentOf(all).spec.replicas !== 1;
      const budgets = ofKind(all, 'PodDisruptionBudget');
      expect(budgets).toHaveLength(isSeveral ? 1 : 0);
      for (const { spec: budget } of budgets) {
        expect(budget.maxUnavailable).toBe(1);
        expect(selects(budget.selector, podOf(all).metadata.labels)).toBe(true);
      }
    });

    test('the autoscaler and the Deployment do not fight about the number', () => {
      const scalers = ofKind(all, 'HorizontalPodAutoscaler');
      expect(scalers.length === 0).toBe(deploymentOf(all).spec.replicas !== undefined);
      for (const { spec: scaler } of scalers) {
        expect(scaler.scaleTargetRef.name).toBe(deploymentOf(all).metadata.name);
        expect(scaler.minReplicas).toBeGreaterThan(1);
        expect(containerOf(all).resources.requests.cpu).toBeDefined(); // it is in percent of that
      }
    });
  });

  describe.each(podsOf(all))('the pod of the $of', ({ of, metadata, spec }) => {
    test('runs as nobody in particular, and may do nothing', () => {
      expect(spec.automountServiceAccountToken).toBe(false);
      expect(spec.enableServiceLinks).toBe(false);
      expect(spec.securityContext).toMatchObject({
        runAsNonRoot: true,
        seccompProfile: { type: 'RuntimeDefault' },
      });
      for (const { securityContext } of spec.containers) {
        expect(securityContext).toEqual({
          allowPrivilegeEscalation: false,
          readOnlyRootFilesystem: true,
          capabilities: { drop: ['ALL'] },
        });
      }
      expect(JSON.stringify(spec)).not.toMatch(/hostPath|hostNetwork|hostPID|privileged/);
    });

    test('says what it needs, and has a limit for memory alone', () => {
      for (const { resources } of spec.containers) {
        expect(Object.keys(resources.requests).toSorted()).toEqual(['cpu', 'memory']);
        expect(Object.keys(resources.limits)).toEqual(['memory']);
      }
    });

    test('writes to /tmp, and reads secrets that others cannot', () => {
      const [container] = spec.containers;
      const mounts = container.volumeMounts as Item[];
      expect(mounts.find(({ mountPath }) => mountPath === '/tmp')).toBeDefined();
      for (const { name, ...volume } of spec.volumes as Item[]) {
        const files = volume.secret ?? volume.projected;
        if (!files) continue;
        expect(files.defaultMode).toBe(0o440);
        expect(mounts.find((mount) => mount.name === name).readOnly).toBe(true);
      }
    });

    test('knows its settings, by names that Portico has', () => {
      for (const container of spec.containers) {
        const names = Object.keys(environmentOf(all, container));
        const known = [...Object.keys(settings), ...secretNames.map((name) => `${name}_FILE`)];
        const unknown = names.filter((name) => !known.includes(name) && !name.startsWith('OTEL_'));
        expect(unknown).toEqual([]);
        expect(names).toEqual(expect.arrayContaining(['BASE_URL', 'HYDRA_ADMIN_URL']));
        expect(names.filter((name) => secretNames.includes(name))).toEqual([]);
      }
    });

    test('is not taken for another', () => {
      const isWeb = of === 'Deployment';
      for (const { spec: service } of ofKind(all, 'Service')) {
        expect(selects({ matchLabels: service.selector }, metadata.labels)).toBe(isWeb);
      }
      expect(selects(deploymentOf(all).spec.selector, metadata.labels)).toBe(isWeb);
    });
  });

  test('there is no value of a secret', () => {
    expect(ofKind(all, 'Secret')).toEqual([]);
    const given = ofKind(all, 'ConfigMap').flatMap(({ data }) => Object.keys(data));
    expect(given.filter((name) => secretNames.includes(name))).toEqual([]);
    expect(JSON.stringify(all.objects)).not.toMatch(/:\/\/[^/"]*:[^/"]*@/);
  });

  test('the ports are where Portico listens', () => {
    expect(portsOf(all)).toEqual({
      http: Number(env['PORT']),
      management: Number(env['MANAGEMENT_PORT']),
    });
    expect(env['MANAGEMENT_HOST']).toBe('*');
  });

  test('browsers come to the pages alone, and by the name of BASE_URL', () => {
    const [pages, management] = ofKind(all, 'Service');
    expect(pages.spec.ports).toMatchObject([{ name: 'http', targetPort: 'http' }]);
    expect(management.spec).toMatchObject({
      clusterIP: 'None',
      ports: [{ name: 'management', targetPort: 'management' }],
    });
    const { hostname } = new URL(env['BASE_URL']!);
    for (const { spec } of ofKind(all, 'Ingress')) {
      const [{ host, http }] = spec.rules;
      expect(host).toBe(hostname);
      expect(http.paths[0]).toMatchObject({ path: path || '/', pathType: 'Prefix' });
      const more = http.paths.slice(1);
      expect(more).toMatchObject(path ? [{ path: change, pathType: 'Exact' }] : []);
      const { service } = http.paths[0].backend;
      expect(service).toEqual({ name: pages.metadata.name, port: { name: 'http' } });
      for (const { hosts } of spec.tls ?? []) expect(hosts).toEqual([hostname]);
    }
    for (const { spec } of ofKind(all, 'HTTPRoute')) {
      const [{ matches, backendRefs }] = spec.rules;
      expect(spec.hostnames).toEqual([hostname]);
      expect(matches[0]).toEqual({ path: { type: 'PathPrefix', value: path || '/' } });
      expect(matches.slice(1)).toEqual(path ? [{ path: { type: 'Exact', value: change } }] : []);
      expect(backendRefs).toEqual([{ name: pages.metadata.name, port: pages.spec.ports[0].port }]);
    }
  });

  test('Prometheus finds the metrics, and nobody else may come to them', () => {
    const [, management] = ofKind(all, 'Service');
    for (const { spec } of ofKind(all, 'ServiceMonitor')) {
      expect(selects(spec.selector, management.metadata.labels)).toBe(true);
      const services = ofKind(all, 'Service').filter(({ metadata }) =>
        selects(spec.selector, metadata.labels),
      );
      expect(services).toHaveLength(1);
      expect(spec.endpoints).toMatchObject([{ port: 'management', path: '/metrics' }]);
    }
    for (const { spec } of ofKind(all, 'PrometheusRule')) {
      expect(spec.groups[0].rules.length).toBeGreaterThan(3);
      expect(ofKind(all, 'ServiceMonitor')).toHaveLength(1);
    }
    const [policy] = ofKind(all, 'NetworkPolicy');
    if (!policy) return;
    const from = (port: string) =>
      policy.spec.ingress.find(({ ports }: Item) => ports[0].port === port).from;
    expect(from('management')).not.toEqual(from('http'));
    expect(from('http').length).toBeGreaterThan(0);
    expect(from('management').length).toBeGreaterThan(0);
  });

  test('a NetworkPolicy for each pod lets it reach names, and nothing private by the rule for the internet', () => {
    const policies = ofKind(all, 'NetworkPolicy');
    if (policies.length === 0) return;
    // The doctor also looks at what Portico cannot reach.
    for (const { metadata } of podsOf(all).filter(({ of }) => of !== 'Pod')) {
      const ours = policies.filter(({ spec }) => selects(spec.podSelector, metadata.labels));
      expect(ours).toHaveLength(1);
      const [{ spec }] = ours;
      expect(spec.policyTypes).toEqual(['Ingress', 'Egress']);
      expect(spec.egress[0].ports).toEqual([
        { port: 53, protocol: 'UDP' },
        { port: 53, protocol: 'TCP' },
      ]);
      for (const { to = [] } of spec.egress as Item[]) {
        for (const { ipBlock } of to) {
          if (ipBlock?.cidr === '0.0.0.0/0') expect(ipBlock.except).toContain('10.0.0.0/8');
          if (ipBlock?.cidr === '::/0') expect(ipBlock.except).toContain('fc00::/7');
        }
      }
    }
  });

  test('the tables are made by a command that Portico has, and never by two at once', () => {
    for (const { spec, metadata } of ofKind(all, 'Job')) {
      const { containers, restartPolicy } = spec.template.spec;
      expect(containers[0].args).toEqual(['node', 'dist/cli/portico.js', 'migrate']);
      expect(containers[0].image).toBe(containerOf(all).image);
      expect(restartPolicy).toBe('Never');
      // What is made before an installation finds nothing of it but what was there before.
      if (!metadata.annotations['helm.sh/hook']) continue;
      expect(containers[0].envFrom).toBeUndefined();
      expect(spec.template.spec.serviceAccountName ?? '').toBe(
        podOf(all).spec.serviceAccountName ?? '',
      );
    }
  });
});

test('the chart sets by itself only what Portico has', () => {
  for (const name of settingsOfChart) expect(settings).toHaveProperty(name);
});
