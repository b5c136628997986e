/** Who may import whom. Arrows point down, never sideways, never in a circle. */
import { readdirSync, readFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { join, posix } from 'node:path';
import { expect, test } from '@jest/globals';

interface Import {
  isType: boolean;
  /** A path from the root for what is ours, else a package. */
  what: string;
}

const statics =
  /^(?:import\s+(type\s+)?(?:[^'"]*?from\s+)?|export\s+(type\s+)?[^'"]*?\sfrom\s+)'([^']+)'/gm;
const dynamics = /()()\bimport\('([^']+)'\)/g;

function importsOf(file: string): Import[] {
  const text = readFileSync(file, 'utf8');
  return [...text.matchAll(statics), ...text.matchAll(dynamics)].map(([, type, sort, name]) => {
    const what = name!.startsWith('.') ? posix.join(posix.dirname(file), name!) : name!;
    return { isType: Boolean(type ?? sort), what };
  });
}

const filesOf = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => join(folder, name));

const files = filesOf('src');
const imports = files.flatMap((file) => importsOf(file).map((one) => ({ file, ...one })));
const isOurs = ({ what }: Import) => what.startsWith('src/');

/** What a place may import of ours, beside its own folder. `type`: only the types of it. */
const mayImport: [place: RegExp, ...allowed: RegExp[]][] = [
  [/^src\/main\.ts/, /^src\/(app|assemble|config)\.ts/, /^src\/web\/server\.ts/],
  [/^src\/dev\//, /./],
  [/^src\/cli\//, /^src\/(?!dev\/|main\.ts)/],
  [/^src\/app\.ts/, /^src\/(routes|web)\//, /^src\/(assemble|config)\.ts type/],
  [/^src\/assemble\.ts/, /^src\/(identity|hydra)\//, /^src\/web\/log\.ts/, /^src\/config\.ts type/],
  [
    /^src\/routes\//,
    /^src\/(policy|hydra|web)\//,
    /^src\/identity\/backend\.ts type/,
    /^src\/errors\.ts/,
  ],
  [/^src\/policy\//, /^src\/(hydra\/(resource-)?types|identity\/backend)\.ts type/],
  [/^src\/web\//, /^src\/errors\.ts/],
  [/^src\/(identity|hydra)\//],
  [/^src\/(config|errors|settings?(-\w+)*)\.ts/, /^src\/settings?(-\w+)*\.ts/],
];

test('arrows point down', () => {
  const breaches = imports.filter(isOurs).filter(({ file, what, isType }) => {
    const [place, ...allowed] = mayImport.find(([pattern]) => pattern.test(file))!;
    const isOwnFolder = posix.dirname(file) !== 'src' && place.test(what);
    return !isOwnFolder && !allowed.some((one) => one.test(what + (isType ? ' type' : '')));
  });
  expect(breaches).toEqual([]);
  expect(files.filter((file) => !mayImport.some(([place]) => place.test(file)))).toEqual([]);
});

test('no screen imports another', () => {
  const between = imports.filter(
    ({ file, what }) => file.startsWith('src/routes/') && what.startsWith('src/routes/'),
  );
  expect(between.filter(({ what, isType }) => !(what === 'src/routes/desk.ts' && isType))).toEqual(
    [],
  );
});

test('nothing goes in a circle', () => {
  const isDone = new Set<string>();
  function walk(file: string, path: string[]): void {
    if (path.includes(file)) throw new Error([...path, file].join(' → '));
    if (isDone.has(file)) return;
    for (const one of imports.filter((each) => each.file === file && isOurs(each))) {
      walk(one.what, [...path, file]);
    }
    isDone.add(file);
  }
  for (const file of files) walk(file, []);
});

/** The one door of each package, so that dropping it is a change of one place. */
const doors: Record<string, RegExp> = {
  '@node-rs/argon2': /^src\/identity\/password\.ts/,
  'cookie-parser': /^src\/web\/csrf\.ts/,
  csurf: /^src\/web\/csrf\.ts/,
  ejs: /^src\/web\/pages\.ts/,
  express: /^src\/(app\.ts|routes\/|web\/)/,
  'express-session': /^src\/web\/session\.ts/,
  got: /^src\/hydra\/send-got\.ts/,
  helmet: /^src\/web\/headers\.ts/,
  'lru-cache': /^src\/(web|identity)\//,
  pino: /^src\/web\/log\.ts/,
  'rate-limiter-flexible': /^src\/web\/rate-limit\.ts/,
  undici: /^src\/hydra\/send-undici\.ts/,
};

test('each package has one door, and each dependency is used', () => {
  const outside = imports.filter((one) => !isOurs(one) && !one.file.startsWith('src/dev/'));
  const packages = outside.filter(({ what }) => !what.startsWith('node:'));
  expect(packages.filter(({ file, what }) => !doors[what]?.test(file))).toEqual([]);
  expect(outside.filter(({ what }) => builtinModules.includes(what))).toEqual([]);
  const { dependencies } = JSON.parse(readFileSync('package.json', 'utf8')) as {
    dependencies: Record<string, string>;
  };
  const used = [...new Set(packages.map(({ what }) => what))];
  expect(Object.keys(dependencies).toSorted()).toEqual(used.toSorted());
});

test('the environment is read by the entries alone', () => {
  const reading = files.filter((file) =>
    /process\.(env|argv)\b/.test(readFileSync(file, 'utf8').replace(/^\s*(\*|\/[/*]).*$/gm, '')),
  );
  expect(reading.filter((file) => !/^src\/(main\.ts|dev\/|cli\/)/.test(file))).toEqual([]);
  const all = files.map((file) => readFileSync(file, 'utf8')).join('\n');
  expect(all).not.toContain('NODE_ENV');
});

test('files are short, small-cased and have a home', () => {
  const long = files.filter((file) => readFileSync(file, 'utf8').split('\n').length > 201);
  expect(long).toEqual([]);
  const homeless = /(^|\/)(utils?|helpers?|common|shared|lib|misc|services?|managers?)(\/|\.|-|$)/;
  const all = [...files, ...filesOf('test')];
  expect(all.filter((file) => homeless.test(file))).toEqual([]);
  expect(all.filter((file) => !/^[a-z\d/.-]+$/.test(file))).toEqual([]);
  const defaults = files.filter((file) => /\nexport default/.test(readFileSync(file, 'utf8')));
  expect(defaults).toEqual([]);
});
