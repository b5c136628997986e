/** What is running: its name, its version, and the commit that it was built from. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

export interface Release {
  name: string;
  version: string;
  /** Of git; `undefined` when the build did not know it, or there was none. */
  commit: string | undefined;
}

/** `npm run build` writes the first one, which lies beside this file then. */
const places = ['./release.json', '../package.json'];

function readRelease(): Release {
  for (const place of places) {
    try {
      const text = readFileSync(fileURLToPath(new URL(place, import.meta.url)), 'utf8');
      const { name, version, commit } = JSON.parse(text) as Release;
      return { name, version, commit };
    } catch {
      // a fork may have been copied without it
    }
  }
  return { name: 'portico', version: 'unknown', commit: undefined };
}

export const release: Release = readRelease();
