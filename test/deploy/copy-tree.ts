import {
  copyFileSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readlinkSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { join } from 'node:path';

/**
 * Copies what is in a folder into another one. Files become hard links, where that is possible: quick, and
 * enough for files whose content nobody changes.
 */
export function copyTree(source: string, place: string): void {
  mkdirSync(place, { recursive: true });
  for (const entry of readdirSync(source, { withFileTypes: true })) {
    const [from, to] = [join(source, entry.name), join(place, entry.name)];
    if (entry.isDirectory()) copyTree(from, to);
    else {
      rmSync(to, { force: true });
      if (entry.isSymbolicLink()) symlinkSync(readlinkSync(from), to);
      else linkOrCopy(from, to);
    }
  }
}

/** There are no links to another disk, nor everywhere to files of others. */
function linkOrCopy(from: string, to: string): void {
  try {
    linkSync(from, to);
  } catch {
    copyFileSync(from, to);
  }
}
