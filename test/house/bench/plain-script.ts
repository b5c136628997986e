import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { transformFile } from '@swc/core';

/**
 * A file of this folder as JavaScript, so that a process or a worker of it holds nothing but what
 * the file needs. The file may import nothing but modules of Node.
 */
async function plainCode(name: string): Promise<string> {
  const source = fileURLToPath(new URL(`${name}.ts`, import.meta.url));
  const { code } = await transformFile(source, {
    jsc: { target: 'es2023', parser: { syntax: 'typescript' } },
    module: { type: 'es6' },
  });
  return code;
}

/** Writes the JavaScript of a file. @returns where it is now */
export async function plainScript(name: string, folder: string): Promise<string> {
  const script = join(folder, `${name}.mjs`);
  await writeFile(script, await plainCode(name));
  return script;
}

/** The JavaScript of a file in an address, as workers take it. */
export async function plainAddress(name: string): Promise<URL> {
  return new URL(`data:text/javascript,${encodeURIComponent(await plainCode(name))}`);
}
