/** The tools with a stand-in to work on, and a folder for files. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startStandIn } from '@portico/hydra-stand-in';
import type { RegisteredClient } from '@portico/hydra-admin';
import { closeAll } from '../../hydra-admin/test/admin-api.ts';
import { runTool, type ToolOptions } from './run-tool.ts';

export type Options = ToolOptions & { env?: Record<string, string | undefined> };
export type Tools = Awaited<ReturnType<typeof openTools>>;

export async function openTools() {
  const appUrl = 'http://localhost:3000';
  const server = await startStandIn({ publicPort: 0, adminPort: 0, appUrl });
  const folder = await mkdtemp(join(tmpdir(), 'portico-tools-'));

  const run = async (args: string[], options: Options = {}) =>
    runTool(args, { ...options, env: { HYDRA_ADMIN_URL: server.adminUrl, ...options.env } });

  async function file(name: string, content: string | Uint8Array): Promise<string> {
    const path = join(folder, name);
    await writeFile(path, content);
    return path;
  }

  const show = async (id: string) =>
    JSON.parse((await run(['clients', 'show', id, '--json'])).stdout) as RegisteredClient;

  async function close(): Promise<void> {
    await Promise.all([server.close(), closeAll(), rm(folder, { recursive: true })]);
  }

  return { server, folder, run, file, show, close };
}
