import { spawnSync } from 'node:child_process';
import { access, chmod, mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { LaunchOptions } from '@playwright/test';
import bundled from '@sparticuz/chromium';

const cache = fileURLToPath(new URL('../../../.cache/', import.meta.url));
const installed = [
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
  'C:\\Program Files (x86)\\Google\\Chrome\\Application\\chrome.exe',
  '/opt/google/chrome/chrome',
  '/usr/bin/google-chrome',
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
];
const advice =
  'The browser tests bring a Chromium for x64 Linux only. ' +
  'Install Google Chrome, or set CHROMIUM_PATH to the program of a Chromium.';

/**
 * How to launch the browser of the tests: the one that `CHROMIUM_PATH` names; on x64 Linux the one
 * inside an npm package, unpacked into `.cache/` the first time; elsewhere an installed Chrome.
 * @throws Error that says what to do when there is none
 */
export async function chromiumLaunchOptions(): Promise<LaunchOptions> {
  const chromiumSandbox = maySandbox();
  const given = process.env['CHROMIUM_PATH'];
  if (given) return { executablePath: given, chromiumSandbox };
  if (process.platform === 'linux' && process.arch === 'x64') {
    return { ...(await unpacked()), chromiumSandbox };
  }
  for (const path of installed) {
    // oxlint-disable-next-line no-await-in-loop -- the first one counts
    if (await exists(path)) return { executablePath: path, chromiumSandbox };
  }
  throw new Error(advice);
}

/** Chromium refuses its sandbox to root, and cannot build it where user namespaces are forbidden. */
function maySandbox(): boolean {
  if (process.platform !== 'linux') return true;
  if (process.getuid?.() === 0) return false;
  return spawnSync('unshare', ['--user', '--net', 'true']).status === 0;
}

async function unpacked(): Promise<LaunchOptions> {
  const folder = join(cache, `chromium-${await bundledVersion()}-with-dejavu`);
  if (!(await exists(folder))) await unpack(folder);
  return {
    executablePath: join(folder, 'chromium'),
    env: {
      ...definedEnv(),
      LD_LIBRARY_PATH: join(folder, 'al2023/lib'),
      FONTCONFIG_FILE: join(folder, 'fonts.conf'),
    },
  };
}

/** Under another name first: what was broken off half-way is never taken for a browser. */
async function unpack(folder: string): Promise<void> {
  await mkdir(cache, { recursive: true });
  const workshop = await mkdtemp(join(cache, 'unpacking-'));
  // The package asks the environment where to unpack, and whether libraries are missing.
  await withEnv({ TMPDIR: workshop, AWS_LAMBDA_JS_RUNTIME: 'nodejs20.x' }, () =>
    bundled.executablePath(),
  );
  await writeFile(join(workshop, 'fonts.conf'), fontsOf(folder));
  await chmod(workshop, 0o755);
  await chmod(join(workshop, 'chromium'), 0o755);
  try {
    await rename(workshop, folder);
  } catch (error) {
    await rm(workshop, { recursive: true });
    if (!(await exists(folder))) throw error; // else another run was faster
  }
}

/**
 * Pages crash without fonts; with these alone they look the same on every machine. The browser brings
 * Open Sans; DejaVu has Arabic and Hebrew letters, and those of code.
 */
function fontsOf(folder: string): string {
  const dejavu = dirname(createRequire(import.meta.url).resolve('dejavu-fonts-ttf/package.json'));
  const families = Object.entries({
    'sans-serif': 'Open Sans',
    'system-ui': 'Open Sans',
    monospace: 'DejaVu Sans Mono',
  });
  const aliases = families.map(
    ([family, preferred]) => `<alias binding="same"><family>${family}</family>
<prefer><family>${preferred}</family></prefer></alias>`,
  );
  return `<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig><dir>${folder}/fonts</dir><dir>${dejavu}/ttf</dir>
<cachedir>${folder}/font-cache</cachedir>${aliases.join('\n')}</fontconfig>\n`;
}

async function withEnv(values: Record<string, string>, act: () => Promise<unknown>) {
  const before = { ...process.env };
  Object.assign(process.env, values);
  try {
    await act();
  } finally {
    for (const name of Object.keys(process.env)) if (!(name in before)) delete process.env[name];
    Object.assign(process.env, before);
  }
}

async function bundledVersion(): Promise<string> {
  const entry = createRequire(import.meta.url).resolve('@sparticuz/chromium');
  const root = entry.slice(0, entry.lastIndexOf('chromium/build') + 'chromium/'.length);
  const { version } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as {
    version: string;
  };
  return version;
}

function definedEnv(): Record<string, string> {
  const entries = Object.entries(process.env);
  return Object.fromEntries(
    entries.filter((entry): entry is [string, string] => Boolean(entry[1])),
  );
}

async function exists(path: string): Promise<boolean> {
  try {
    await access(path);
    return true;
  } catch {
    return false;
  }
}
