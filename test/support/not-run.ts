import { appendFileSync } from 'node:fs';

/**
 * Says that a part of the tests is not run here, because something is not installed. Such parts are
 * named and counted at the end of the run, see `not-run-reporter.js`. To be called instead of
 * defining those tests, more than once does not matter. A file of Jest needs another test then, or
 * `test.todo`.
 * @param what such as `LDAP with a real server`
 * @param why what to do about it, such as `slapd is not installed (Debian: apt-get install slapd)`
 */
export function notRun(what: string, why: string): void {
  const list = process.env['NOT_RUN_LIST'];
  if (list === undefined) console.warn(`Not run: ${what}. ${why}`); // another reporter is in use
  else appendFileSync(list, `${JSON.stringify({ what, why })}\n`);
}
