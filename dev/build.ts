/**
 * The second half of `npm run build`, after the types were checked: makes `dist`. Loading files is
 * most of a start, so each entry is one file with what it always needs, our packages and those of
 * others; what it may need later is in files of its own (docs/decisions/0040).
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, type BuildOptions } from 'esbuild';
import { leaveOutside } from './bundled.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const dist = join(root, 'dist');

rmSync(dist, { recursive: true, force: true });
const common = {
  absWorkingDir: root,
  outbase: 'src',
  outdir: dist,
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20',
  // Beside the entry, so that `import.meta.url` means the same in each of them.
  chunkNames: '[name]-[hash]',
  // For `node --enable-source-maps`.
  sourcemap: 'linked',
  sourcesContent: false,
  // Packages of others may call `require`, which an ES module does not have.
  banner: {
    js: "import { createRequire as requireFrom } from 'node:module';const require = requireFrom(import.meta.url);",
  },
  plugins: [leaveOutside],
  // Reading them is a quarter of a start. Functions keep their names.
  minifyWhitespace: true,
  lineLimit: 160,
  logLevel: 'warning',
  write: false,
} satisfies BuildOptions;
// The server apart: what it shared with the commands would be in nine more files, a twentieth of a start.
const builds = await Promise.all([
  build({ ...common, entryPoints: ['src/main.ts'] }),
  build({ ...common, entryPoints: ['src/cli/portico.ts', 'src/cli/health-check.ts'] }),
]);
mkdirSync(join(dist, 'cli'), { recursive: true });
for (const { path, text } of builds.flatMap(({ outputFiles }) => outputFiles)) {
  writeFileSync(path, inAscii(text));
}

const { name, version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
  name: string;
  version: string;
};
writeFileSync(
  join(dist, 'release.json'),
  `${JSON.stringify({ name, version, commit: commitBuilt() }, undefined, 2)}\n`,
);

/**
 * Letters of regular expressions, which alone are not escaped yet. One of them makes V8 keep a whole file
 * with two bytes a letter.
 */
function inAscii(text: string): string {
  // oxlint-disable-next-line no-control-regex -- it is the range
  return text.replace(
    /[^\0-\x7f]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** The commit of the sources. Where git is not at hand, such as in an image, PORTICO_COMMIT names it. */
function commitBuilt(): string | undefined {
  const given = process.env['PORTICO_COMMIT']?.trim();
  if (given) return given;
  try {
    return execFileSync('git', ['-C', root, 'rev-parse', 'HEAD'], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim();
  } catch {
    return undefined;
  }
}
