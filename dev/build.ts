/**
 * `npm run build`, second half: makes `dist` of what the compiler wrote. The app lies at the top, and
 * each package where Node looks for it from there, so that `dist` and an install of the dependencies
 * are all that production needs.
 */
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
