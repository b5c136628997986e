import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { folders } from '../../src/folders.ts';

/** What an answer says of scripts: sign-in alone may run one, a module of ours, and no other page any. */
export interface Scripts {
  /** What the policy lets run. */
  allowed: string | undefined;
  /** How often the module of sign-in stands in the page. */
  own: number;
  /** Every other tag of a script. */
  foreign: string[];
}

export const noScript: Scripts = { allowed: "'none'", own: 0, foreign: [] };
/** A fork may have taken the script out of the view: then there is none. */
export const scriptOfSignIn: Scripts = {
  allowed: "'self'",
  own: readFileSync(join(folders.views, 'login.ejs'), 'utf8').includes('<script ') ? 1 : 0,
  foreign: [],
};

const module =
  /^<script type="module" src="(?:\/[\w-]+)*\/static\/[\da-f]{12}\/sign-in\.js"><\/script>$/;

export function scriptsIn(html: string, policy = ''): Scripts {
  const tags: string[] = html.match(/<script(?:[^>]*>(?:.*?<\/script>)?)?/gis) ?? [];
  return {
    allowed: /(?:^|;)\s*script-src\s+([^;]*)/.exec(policy)?.[1],
    own: tags.filter((tag) => module.test(tag)).length,
    foreign: tags.filter((tag) => !module.test(tag)),
  };
}
