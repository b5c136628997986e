/**
 * The second half of `npm run build`: makes `dist` from the output of the compiler. The app is at the
 * top, and our packages are in `dist/node_modules`, where Node looks for them. So production needs
 * neither sources nor workspaces (docs/decisions/0014).
 */
import { execFileSync } from 'node:child_process';
import { cpSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const compiled = join(root, '.cache/build');
const dist = join(root, 'dist');

rmSync(dist, { recursive: true, force: true });
cpSync(join(compiled, 'src'), dist, { recursive: true });
for (const name of readdirSync(join(compiled, 'packages'))) {
  const source = join(root, 'packages', name, 'package.json');
  const about = JSON.parse(readFileSync(source, 'utf8')) as { name: string };
  const target = join(dist, 'node_modules', about.name);
  cpSync(join(compiled, 'packages', name, 'src'), target, { recursive: true });
  writeFileSync(
    join(target, 'package.json'),
    `${JSON.stringify({ ...about, exports: './index.js' }, undefined, 2)}\n`,
  );
}
rmSync(compiled, { recursive: true });

const { name, version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
  name: string;
  version: string;
};
writeFileSync(
  join(dist, 'release.json'),
  `${JSON.stringify({ name, version, commit: commitBuilt() }, undefined, 2)}\n`,
);

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
