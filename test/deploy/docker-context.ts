/** The files that a build of an image may see: what .dockerignore leaves, as Docker reads it. */
import { lstatSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

interface Rule {
  pattern: RegExp;
  isBack: boolean;
}

/** Whether a file of this path, from the root of the project, is left out. */
export type IsIgnored = (path: string) => boolean;

/**
 * Reads a .dockerignore: the last rule that fits a path, or a folder above it, counts. Patterns are those
 * of Go's `filepath.Match`, with `**` for any number of folders; they begin at the root.
 */
export function readIgnore(text: string): IsIgnored {
  const rules = text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map(readRule);
  return (path) => {
    const parts = path.split('/');
    const withParents = parts.map((_part, index) => parts.slice(0, index + 1).join('/'));
    return rules.reduce(
      (isOut, { pattern, isBack }) =>
        withParents.some((one) => pattern.test(one)) ? !isBack : isOut,
      false,
    );
  };
}

/** All files of the context, as paths from `root`. */
export function contextFiles(root: string, isIgnored: IsIgnored): string[] {
  const found: string[] = [];
  function walk(folder: string): void {
    for (const name of readdirSync(join(root, folder))) {
      const path = folder === '' ? name : `${folder}/${name}`;
      if (!lstatSync(join(root, path)).isDirectory()) {
        if (!isIgnored(path)) found.push(path);
      } else if (!isIgnored(path)) walk(path); // none of our rules brings back a part of a folder
    }
  }
  walk('');
  return found;
}

/** The context of this project. */
export function ourContext(root: string): string[] {
  return contextFiles(root, readIgnore(readFileSync(join(root, '.dockerignore'), 'utf8')));
}

function readRule(line: string): Rule {
  const isBack = line.startsWith('!');
  const path = line.slice(isBack ? 1 : 0).replace(/^\/+|\/+$/g, '');
  return { isBack, pattern: new RegExp(`^${sourceOf(path)}$`) };
}

function sourceOf(path: string): string {
  return path.replace(/\*\*\/?|\*|\?|[.+^${}()|[\]\\]/g, (mark) => {
    if (mark === '**/') return '(?:.*/)?';
    if (mark === '**') return '.*';
    if (mark === '*') return '[^/]*';
    return mark === '?' ? '[^/]' : `\\${mark}`;
  });
}
