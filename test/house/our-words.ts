/** The words of our own languages, as their files have them. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { folders } from '../../src/folders.ts';

export type Words = Record<string, string>;

const tags = ['ar', 'de', 'en', 'es', 'fr', 'he'] as const;

export type Tag = (typeof tags)[number];

export const locales = tags.map((tag): [tag: Tag, words: Words] => [
  tag,
  JSON.parse(readFileSync(join(folders.locales, `${tag}.json`), 'utf8')) as Words,
]);

export const en = locales.find(([tag]) => tag === 'en')![1];

/** All keys, in their order. */
export const keys = Object.keys(en);
