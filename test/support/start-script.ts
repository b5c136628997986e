import { readFileSync } from 'node:fs';

/** What `npm start` runs: `node`, its flags, and the built app. */
export function startScript(): string[] {
  const { scripts } = JSON.parse(readFileSync('package.json', 'utf8')) as {
    scripts: { start: string };
  };
  return scripts.start.split(' ');
}
