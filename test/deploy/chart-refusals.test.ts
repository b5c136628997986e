/** What the chart says when an installation cannot work, before anything is installed. */
import { expect, test } from '@jest/globals';
import { canRender, cases, runHelm } from '../../dev/manifests/rendered.ts';
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
} else test.todo('needs helm');
