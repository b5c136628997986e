/** Runs the commands of a Dockerfile on this machine. */
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { notRun } from '../support/not-run.ts';
import { copyTree } from './copy-tree.ts';

interface Locked {
  dev?: boolean;
  link?: boolean;
  resolved?: string;
}

/** What npm tells its scripts would change what npm does in them. */
const outside = Object.entries(process.env).filter(
  ([name]) => !/^(npm_|NODE_ENV$|INIT_CWD$)/i.test(name),
);
const quickly = { npm_config_prefer_offline: 'true', npm_config_fetch_retries: '1' };

/**
 * Runs a command with the shell.
 * @param cwd a folder of the scratch
 * @throws Error with the output when it fails
 */
export function runHere(command: string, cwd: string, env: Record<string, string>): void {
  // It has been done here, with the same lock file: `npm ci && npm test`.
  if (command === 'npm ci' && existsSync('node_modules/.package-lock.json')) {
    return copyTree('node_modules', join(cwd, 'node_modules'));
  }
  const all = { ...Object.fromEntries(outside), ...quickly, ...env };
  const { status, stdout, stderr } = spawnSync('sh', ['-c', command], { cwd, env: all });
  if (status === 0) return;
  if (command === 'npm ci --omit=dev' && !hasRegistry()) return installFromHere(cwd);
  throw new Error(`${command}: status ${status}\n${String(stdout)}${String(stderr)}`);
}

function hasRegistry(): boolean {
  const quiet = { ...Object.fromEntries(outside), npm_config_fetch_retries: '0' };
  return spawnSync('npm', ['ping'], { env: quiet, timeout: 30_000 }).status === 0;
}

/** Takes what `npm ci --omit=dev` would take, as the lock file says, from the packages that are installed here. */
function installFromHere(cwd: string): void {
  notRun(
    'The installation of packages for the image',
    'no package registry answers: the installed packages were copied, as package-lock.json says',
  );
  const text = readFileSync(join(cwd, 'package-lock.json'), 'utf8');
  const { packages } = JSON.parse(text) as { packages: Record<string, Locked> };
  for (const [path, { dev, link, resolved = '' }] of Object.entries(packages)) {
    if (!path.startsWith('node_modules/') || dev) continue;
    const target = join(cwd, path);
    mkdirSync(dirname(target), { recursive: true });
    if (link) symlinkSync(relative(dirname(target), join(cwd, resolved)), target);
    else if (existsSync(path) && !existsSync(target)) {
      // Copies, because rights will be changed.
      cpSync(path, target, { recursive: true, verbatimSymlinks: true });
    }
  }
}
