/**
 * A path for a route of Express that means exactly this text, whatever signs of its pattern language
 * are in it.
 * @see https://github.com/pillarjs/path-to-regexp#path-to-regexp-1
 */
export function literalPath(path: string): string {
  return path.replace(/[()[\]{}+?!:*\\]/g, '\\$&');
}
