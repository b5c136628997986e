/** An overlay of a fork's own on top of ours, with the patches of docs/kubernetes.md. */
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { canRender, runKustomize } from '../../dev/manifests/rendered.ts';
import { notRun } from '../support/not-run.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { ofKind, parseObjects, type Item } from './manifests.ts';

const [, block = ''] = /```yaml\n( {2}# kustomization\.yaml[^]*?)```/.exec(
  readFileSync('docs/kubernetes.md', 'utf8'),
)!;
const { patches } = parse(block) as { patches: Item[] };

test('the page has patches for a path', () => {
  expect(patches.map(({ target }) => target.kind)).toEqual(['Ingress', 'Deployment']);
});

if (canRender({ name: '', tool: 'kubectl', of: '' })) {
  test('they bring browsers and probes to the path, and settings and image are those of the fork', () => {
    const folder = temporaryFolder({});
    cpSync('deploy/kubernetes', join(folder, 'portico'), { recursive: true });
    const own = join(folder, 'ours');
    mkdirSync(own);
    writeFileSync(
      join(own, 'settings.env'),
      'BASE_URL=https://id.example.com/auth\nBRAND_NAME=Ours\n',
    );
    const file = {
      resources: ['../portico/overlays/production'],
      components: ['../portico/host-of-base-url'],
      configMapGenerator: [{ name: 'portico-settings', behavior: 'merge', envs: ['settings.env'] }],
      images: [{ name: 'portico', newName: 'images.example.com/ours', newTag: '7' }],
      patches,
    };
    writeFileSync(join(own, 'kustomization.yaml'), JSON.stringify(file));
    const all = { name: 'own', objects: parseObjects(runKustomize(own)) };
    const [deployment] = ofKind(all, 'Deployment');
    const [container] = deployment.spec.template.spec.containers;
    expect(container.readinessProbe.httpGet.path).toBe('/auth/health/ready');
    const [job] = ofKind(all, 'Job');
    const images = [container, job.spec.template.spec.containers[0]].map(({ image }) => image);
    expect(images).toEqual(['images.example.com/ours:7', 'images.example.com/ours:7']);
    const [{ data, metadata }] = ofKind(all, 'ConfigMap');
    expect(data).toMatchObject({ BRAND_NAME: 'Ours', DRAIN_SECONDS: '5' });
    expect(container.envFrom).toEqual([{ configMapRef: { name: metadata.name } }]);
    const [ingress] = ofKind(all, 'Ingress');
    expect(ingress.spec.rules[0].http.paths[0].path).toBe('/auth');
    expect(ingress.spec.rules[0].host).toBe('id.example.com');
  });
} else notRun('an overlay on top of ours', 'kubectl is not installed');
