import { cpSync, existsSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { databaseAddress, openDatabase } from '../src/index.ts';

export interface PgliteFolder {
  path: string;
  remove(): void;
}

/** An empty database of PGlite. It is a copy, because making one takes seconds and 800 MB. */
export async function copyOfPglite(): Promise<PgliteFolder> {
  const template = await templateFolder();
  const path = mkdtempSync(join(tmpdir(), 'portico-pglite-'));
  cpSync(template, path, { recursive: true });
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}

/** Made once on each machine, for each version and user. */
async function templateFolder(): Promise<string> {
  const template = join(tmpdir(), `portico-pglite-${version()}-of-${process.getuid?.() ?? 'me'}`);
  if (existsSync(template)) return template;
  const made = mkdtempSync(join(tmpdir(), 'portico-pglite-new-'));
  const log = { info() {}, warn() {} };
  const address = databaseAddress(`pglite:${made}`)!;
  await (await openDatabase(address, { log })).close();
  try {
    renameSync(made, template);
  } catch {
    rmSync(made, { recursive: true }); // another process was quicker
  }
  return template;
}

function version(): string {
  const entry = createRequire(import.meta.url).resolve('@electric-sql/pglite');
  const manifest = readFileSync(join(entry, '../../package.json'), 'utf8');
  return (JSON.parse(manifest) as { version: string }).version;
}
