/** The pods as processes: with the environment, the files and the commands that the manifests give them. */
import { expect, test } from '@jest/globals';
import { loadConfig } from '../../src/config.ts';
import { allManifests, podsOf } from './manifests.ts';
import { environmentHere } from './pod-files.ts';

const pods = allManifests.flatMap((all) =>
  podsOf(all).map((pod) => ({ title: `${all.name}: ${pod.of}`, all, pod })),
);

test.each(pods)('Portico takes the settings of $title', ({ all, pod }) => {
  const { warnings } = loadConfig(environmentHere(all, pod.spec.containers[0]));
  // A temporary folder is less private than what Kubernetes mounts.
  expect(warnings.filter((warning) => !warning.includes('chmod'))).toEqual([]);
});
