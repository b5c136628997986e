/** What the chart says when an installation cannot work, before anything is installed. */
import { expect, test } from '@jest/globals';
import { canRender, cases, runHelm } from '../../dev/manifests/rendered.ts';
import { parseObjects, type Item } from './manifests.ts';
import { notRun } from '../support/not-run.ts';

const [one] = cases.filter(({ tool }) => tool === 'helm');
const isHere = canRender(one!);
if (!isHere) notRun('what the Helm chart refuses', 'helm is not installed');

const needed = [
  'settings.BASE_URL=https://login.example.org',
  'settings.HYDRA_ADMIN_URL=http://hydra:4445',
  'settings.TRUST_PROXY=1',
  'secrets.DATABASE_URL.name=portico',
];
const render = (values: string[]) => {
  const options = values.flatMap((pair) => ['--set', pair]);
  return runHelm(['template', 'portico', 'deploy/helm/portico', ...options]);
};

const refusals: [changed: string, says: string][] = [
  ['settings.BASE_URL=', 'Set settings.BASE_URL'],
  ['settings.HYDRA_ADMIN_URL=null', 'Set settings.HYDRA_ADMIN_URL'],
  ['settings.TRUST_PROXY=null', 'Set settings.TRUST_PROXY'],
  ['files.TRUST_PROXY.secret=x,files.TRUST_PROXY.key=x', 'TRUST_PROXY is in settings and in files'],
  ['settings.PORT=8080', "'PORT' not allowed"],
];

if (isHere) {
  test('nothing, when all is there', () => {
    expect(render(needed)).toContain('kind: Deployment');
  });

  test.each(refusals)('%s', (changed, says) => {
    expect(() => render([...needed, changed])).toThrow(says);
  });

  test('several instances without a database', () => {
    expect(() => render(needed.slice(0, -1))).toThrow('name it in secrets.DATABASE_URL');
    expect(render([...needed.slice(0, -1), 'replicas=1'])).toContain('replicas: 1');
  });

  test('no text becomes a part of the manifest, nor a variable of another name', () => {
    const odd = 'a"b: {{ x }} $(COOKIE_SECRET) #c';
    const settings = [`settings.BRAND_NAME=${odd}`, 'settings.BASE_URL=https://a.example/b: c'];
    const names = ['ingress.className=x: y', 'ingress.tlsSecret=y: z', 'priorityClassName=a: b'];
    const objects = parseObjects(
      render([...needed, ...settings, ...names, 'ingress.enabled=true']),
    );
    const of = (kind: string) => objects.find((object) => object.kind === kind)!;
    expect(of('ConfigMap').data.BRAND_NAME).toBe(odd);
    const { spec } = of('Job').spec.template;
    expect(spec.priorityClassName).toBe('a: b');
    const inJob = spec.containers[0].env.find(({ name }: Item) => name === 'BRAND_NAME');
    expect(inJob.value).toBe(odd.replaceAll('$', '$$$$'));
    expect(of('Ingress').spec).toMatchObject({
      ingressClassName: 'x: y',
      tls: [{ secretName: 'y: z' }],
      rules: [{ http: { paths: [{ path: '/b: c' }, {}] } }],
    });
  });
} else test.todo('needs helm');
