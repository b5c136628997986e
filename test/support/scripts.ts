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
export const scriptOfSignIn: Scripts = { allowed: "'self'", own: 1, foreign: [] };

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
