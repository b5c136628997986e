import { readFileSync } from 'node:fs';
import { run } from './run.ts';

interface Component {
  'bom-ref': string;
  name: string;
}

interface Sbom {
  metadata: { component: Component };
  components: Component[];
  dependencies: { ref: string; dependsOn: string[] }[];
}

type Dependencies = Record<string, string> | undefined;

interface Lock {
  packages: Record<string, { name?: string; dependencies?: Dependencies }>;
}

/**
 * The bill of materials of what runs in production, on any platform, as the lock file names it.
 * @returns CycloneDX 1.5, as JSON
 * @throws Error when a library of the app is missing in what npm writes
 * @see https://cyclonedx.org/docs/1.5/json/
 */
export function sbom(): string {
  const options = ['--sbom-format', 'cyclonedx', '--sbom-type', 'application'];
  // With `--omit dev`, npm 10 and 11 lose libraries that development needs in another version, and keep
  // packages of ours that only development needs.
  const bill = JSON.parse(run('npm', ['sbom', ...options, '--package-lock-only'])) as Sbom;
  const root = bill.metadata.component;
  // To npm, our own are called like their folders.
  for (const one of [root, ...bill.components]) one.name = nameOf(one['bom-ref']);
  const needed = reachable(bill, root['bom-ref'], ownDependencies());
  // npm 10 lists what is installed twice twice.
  bill.components = once(bill.components, (one) => one['bom-ref'], needed);
  bill.dependencies = once(bill.dependencies, ({ ref }) => ref, needed);
  return `${JSON.stringify(bill, undefined, 2)}\n`;
}

const nameOf = (ref: string) => ref.slice(0, ref.lastIndexOf('@'));

function once<T>(list: T[], refOf: (one: T) => string, needed: Set<string>): T[] {
  const byRef = new Map(list.map((one) => [refOf(one), one]));
  return [...byRef].filter(([ref]) => needed.has(ref)).map(([, one]) => one);
}

/** Of the app and of each package of ours, by their names: without what only development needs. */
function ownDependencies(): Map<string, string[]> {
  const { packages } = JSON.parse(readFileSync('package-lock.json', 'utf8')) as Lock;
  const own = Object.entries(packages).filter(([path]) => !path.includes('node_modules/'));
  return new Map(
    own.map(([, { name = '', dependencies = {} }]) => [name, Object.keys(dependencies)]),
  );
}

function reachable(bill: Sbom, from: string, own: Map<string, string[]>): Set<string> {
  const found = new Set([from]);
  const listed = new Map(bill.dependencies.map((one) => [one.ref, one]));
  for (const ref of found) {
    const one = listed.get(ref) ?? { ref, dependsOn: [] };
    const names = own.get(nameOf(ref));
    one.dependsOn = one.dependsOn.filter((next) => !names || names.includes(nameOf(next)));
    if (names && one.dependsOn.length < names.length) {
      throw new Error(`npm sbom does not list all of ${names.join(', ')}, which ${ref} needs.`);
    }
    for (const next of one.dependsOn) found.add(next);
  }
  return found;
}
