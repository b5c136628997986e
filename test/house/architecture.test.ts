/** Who may import whom: arrows point down, and never in a circle. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { join, posix } from 'node:path';
import { describe, expect, test } from '@jest/globals';

interface Import {
  file: string;
  isType: boolean;
  /** By `import()`, when it is needed. */
  isLater: boolean;
  /** A path from the root for what is ours, else the name of a package. */
  what: string;
}

interface Manifest {
  name: string;
  dependencies?: Record<string, string>;
  devDependencies?: Record<string, string>;
}

const statics =
  /^(?:import\s+(type\s+)?(?:[^'"]*?from\s+)?|export\s+(type\s+)?[^'"]*?\sfrom\s+)'([^']+)'/gm;
const dynamics = /()()\bimport\('([^']+)'\)/g;

function importsOf(file: string): Import[] {
  const text = readFileSync(file, 'utf8');
  const found = [...text.matchAll(statics), ...text.matchAll(dynamics)];
  return found.map(([statement, type, sort, name]) => {
    const what = name!.startsWith('.')
      ? posix.join(posix.dirname(file), name!)
      : name!.replace(/^(@[^/]+\/[^/]+|[^@/][^/]*)\/.*/, '$1');
    return { file, isType: Boolean(type ?? sort), isLater: statement.startsWith('import('), what };
  });
}

const filesOf = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => join(folder, name));

const manifestOf = (folder: string): Manifest =>
  JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest;

const packages = readdirSync('packages').map((name) => `packages/${name}`);
const appFiles = filesOf('src');
const packageFiles = packages.flatMap((folder) => filesOf(`${folder}/src`));
const files = [...appFiles, ...packageFiles, ...filesOf('dev')];
const imports = files.flatMap(importsOf);
const isOurs = ({ what }: Import) => /^(src|dev|packages)\//.test(what);

/** What a room may import beside its own folder. Types may also come from a room beside it. */
const rooms: [room: RegExp, mayImport: RegExp][] = [
  [/^src\/(main\.ts|cli\/)/, /^src\//],
  [/^src\/app\.ts/, /^src\/(routes|screens|challenge|doctor|web|folders)/],
  [/^src\/doctor\//, /^src\/(challenge\/sealer|web|folders|release|instance)/],
  [
    /^src\/assemble\.ts/,
    /^src\/(identity|database|policy\/required-actions|clients|challenge|screens|limits|audit|state|tracing|web|folders)/,
  ],
  [
    /^src\/routes\//,
    /^src\/(policy|clients|challenge|screens|limits|web|errors|identity\/login-key)/,
  ],
  [/^src\/clients\//, /^src\/(policy|screens|web|errors)/],
  [/^src\/challenge\//, /^src\/(state|web|errors)/],
  [/^src\/screens\//, /^src\/(web|errors)/],
  [/^src\/limits\//, /^src\/(state|web|errors|identity\/login-key)/],
  [/^src\/audit\//, /^src\/(web|errors|identity\/login-key)/],
  [/^src\/web\//, /^src\/errors/],
  [/^src\/tracing\//, /^src\/web/],
  [/^src\/writer\.ts/, /^src\/(instance|release|tracing\/pairs)/],
  [/^src\/management\//, /^src\/(metrics|web|fingerprint|instance|release)/],
  [/^src\/metrics\//, /^src\/(errors|identity\/backend)/],
  [
    /^src\/config\.ts/,
    /^src\/(database|fingerprint|management\/management-settings|identity\/(index|claim-settings)|screens\/brand-settings|writer|tracing\/tracing-settings)/,
  ],
  [/^src\/errors\.ts/, /^src\/(identity\/backend|state\/state-error)/],
  [
    /^src\/(policy|identity|state)\/|^src\/(folders|database|fingerprint|release|instance|watch)\.ts/,
    /^$/,
  ],
];

describe('the app', () => {
  test('has no arrow that points up', () => {
    const own = imports.filter((one) => one.file.startsWith('src/') && isOurs(one));
    const breaches = own.filter(({ file, what, isType }) => {
      const [room, mayImport] = rooms.find(([pattern]) => pattern.test(file))!;
      return !isType && !room.test(what) && !mayImport.test(what);
    });
    expect(breaches).toEqual([]);
    expect(appFiles.filter((file) => !rooms.some(([room]) => room.test(file)))).toEqual([]);
  });

  test('has screens that do not import each other', () => {
    /** `login` for `login.ts` and its parts, such as `login-page.ts`. */
    const screenOf = (path: string) =>
      /^src\/routes\/(.+?)(-facts|-page|-known|-remembered|-accept|-ways)?\.ts$/.exec(path)?.[1];
    const between = imports.filter(({ file, what }) => {
      const [one, other] = [screenOf(file), screenOf(what)];
      return one !== undefined && other !== undefined && one !== other;
    });
    expect(between).toEqual([]);
  });

  test('is not imported by any package', () => {
    const up = imports.filter(
      ({ file, what }) => file.startsWith('packages/') && /^(src|dev|test)\//.test(what),
    );
    expect(up).toEqual([]);
  });
});

test('nothing goes in a circle, types left out', () => {
  const isDone = new Set<string>();
  function walk(file: string, path: string[]): void {
    if (path.includes(file)) throw new Error([...path, file].join(' → '));
    if (isDone.has(file)) return;
    for (const one of imports) {
      if (one.file === file && isOurs(one) && !one.isType) walk(one.what, [...path, file]);
    }
    isDone.add(file);
  }
  for (const file of files) walk(file, []);
});

/** The one door of each library, so that it can be replaced in one place. */
const doors: Record<string, RegExp> = {
  '@opentelemetry/api': /^src\/tracing\//,
  '@opentelemetry/exporter-trace-otlp-proto': /^src\/tracing\/span-exporter\.ts/,
  '@opentelemetry/resources': /^src\/tracing\//,
  '@opentelemetry/sdk-trace-base': /^src\/tracing\//,
  '@electric-sql/pglite': /^packages\/database\/src\/pglite\.ts/,
  '@node-rs/argon2': /^packages\/password-hashes\/src\/argon2\.ts/,
  '@node-rs/bcrypt': /^packages\/password-hashes\/src\/bcrypt\.ts/,
  '@portico/password-hashes': /^src\/identity\/password\.ts/,
  '@portico/remote-images': /^src\/clients\/client-logos\.ts/,
  'cookie-parser': /^src\/app\.ts/,
  'csv-parse': /^src\/cli\/people-files\/csv-records\.ts/,
  'csv-stringify': /^src\/cli\/people-files\/write-csv\.ts/,
  csurf: /^src\/web\/csrf\.ts/,
  culori: /^packages\/palette\/src\/colour\.ts/,
  ejs: /^src\/screens\/render\.ts/,
  'express-session': /^src\/web\/session\.ts/,
  got: /^packages\/hydra-admin\/src\/send-got\.ts/,
  helmet: /^src\/web\/headers\.ts/,
  kysely: /^packages\/database\/src\/|^src\/(state\/|identity\/(sql|openid-people-table))/,
  pg: /^packages\/database\/src\//,
  'openid-client': /^(src\/identity\/openid-client\.ts|dev\/)/,
  ldapts: /^src\/identity\/ldap-client\.ts/,
  'prom-client': /^src\/metrics\//,
  pino: /^src\/web\/log\.ts/,
  unhomoglyph: /^src\/policy\/lookalike\.ts/,
  undici: /^packages\/hydra-admin\/src\/send-undici\.ts/,
};

test('each library has one door', () => {
  const breaches = imports.filter(({ file, what }) => doors[what] && !doors[what].test(file));
  expect(breaches).toEqual([]);
});

test('the libraries of user stores, databases and traces are loaded when they are needed', () => {
  const entryOf = (name: string) => packages.find((folder) => manifestOf(folder).name === name);
  const loaded = new Map<string, string>();
  function load(file: string, path: string): void {
    if (loaded.has(file)) return;
    loaded.set(file, path);
    for (const { what } of imports.filter(
      (one) => one.file === file && !one.isType && !one.isLater,
    )) {
      const folder = entryOf(what);
      load(folder ? `${folder}/src/index.ts` : what, `${path} → ${what}`);
    }
  }
  load('src/main.ts', 'src/main.ts');
  expect(loaded.has('src/identity/sql.ts')).toBe(true);
  const libraries = [
    'kysely',
    'pg',
    '@electric-sql/pglite',
    'ldapts',
    'openid-client',
    'csv-parse',
    'prom-client',
  ];
  const traces = Object.keys(doors).filter((name) => name.startsWith('@opentelemetry/'));
  const heavy = [...libraries, ...traces];
  expect(heavy.map((name) => loaded.get(name)).filter(Boolean)).toEqual([]);
});

describe.each([['.', 'src'], ...packages.map((folder) => [folder, `${folder}/src`])])(
  'the manifest in %s',
  (folder, sources) => {
    test('names what its sources import, and nothing else', () => {
      const { dependencies = {} } = manifestOf(folder);
      const outside = filesOf(sources)
        .flatMap(importsOf)
        .filter((one) => !isOurs(one) && !one.what.startsWith('node:'))
        .map(({ what }) => what);
      expect(outside.filter((what) => builtinModules.includes(what))).toEqual([]);
      // The admin client sends with it, and a fork should find it where it looks for it first.
      const named = Object.keys(dependencies).filter((name) => folder !== '.' || name !== 'got');
      expect(named.toSorted()).toEqual([...new Set(outside)].toSorted());
    });
  },
);

test('the environment is read by the entries alone', () => {
  const reading = files.filter((file) =>
    /process\.(env|argv)\b/.test(readFileSync(file, 'utf8').replace(/^\s*(\*|\/[/*]).*$/gm, '')),
  );
  const entries = /^(src\/(main\.ts|cli\/)|dev\/|packages\/[\w-]+\/src\/main\.ts)/;
  expect(reading.filter((file) => !entries.test(file))).toEqual([]);
  const all = files.map((file) => readFileSync(file, 'utf8')).join('\n');
  expect(all).not.toContain('NODE_ENV');
});

test('files are small-cased and have a home, and export by name', () => {
  const homeless = /(^|\/)(utils?|helpers?|common|shared|lib|misc|services?|managers?)(\/|\.|-|$)/;
  const all = [...files, ...filesOf('test'), ...packages.flatMap((folder) => filesOf(folder))];
  expect(all.filter((file) => homeless.test(file))).toEqual([]);
  expect(all.filter((file) => !/^[a-z\d/.-]+$/.test(file))).toEqual([]);
  const defaults = files.filter((file) => /\nexport default/.test(readFileSync(file, 'utf8')));
  expect(defaults).toEqual([]);
});

test('every package has a page that introduces it, and tests', () => {
  for (const folder of packages) {
    expect(existsSync(`${folder}/README.md`)).toBe(true);
    expect(filesOf(`${folder}/test`).some((file) => file.endsWith('.test.ts'))).toBe(true);
  }
});
