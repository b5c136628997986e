import { fileURLToPath } from 'node:url';

const top = (name: string) => fileURLToPath(new URL(`../${name}`, import.meta.url));

/** What a fork changes beside the code: the same place from `src` and from `dist`. */
export const folders = {
  views: top('views'),
  locales: top('views/locales'),
  public: top('public'),
};
