import { fileURLToPath } from 'node:url';

const top = (name: string) => fileURLToPath(new URL(`../${name}`, import.meta.url));

/** The folders beside the code. Their relative paths are the same from `src` and from `dist`. */
export const folders = {
  views: top('views'),
  locales: top('views/locales'),
  public: top('public'),
};
