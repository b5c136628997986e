import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { transformFile } from '@swc/core';

/**
 * Turns a file of this folder into JavaScript, so that a process of it holds nothing but what the
 * file needs. It may import nothing but modules of Node.
 * @returns the path of the new file in `folder`
 */
export async function plainScript(name: string, folder: string): Promise<string> {
  const source = fileURLToPath(new URL(`${name}.ts`, import.meta.url));
  const { code } = await transformFile(source, {
    jsc: { target: 'es2023', parser: { syntax: 'typescript' } },
    module: { type: 'es6' },
  });
  const script = join(folder, `${name}.mjs`);
  await writeFile(script, code);
  return script;
}
