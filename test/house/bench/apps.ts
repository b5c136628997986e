import { startScript } from '../../support/start-script.ts';
import { emailOf, password } from './bench-people.ts';
import { freshChallenge } from './fresh-challenge.ts';
import type { Person } from './read-form.ts';
import type { Command } from './start-process.ts';
import { subjectOf, type Site } from './works.ts';

/** The name of another app, if there is one. */
export const peerName = 'peer';

/** One column of the table. */
export interface App {
  name: string;
  site: Site;
  /** A page that asks the admin API. */
  firstPage: URL;
  /** Without one it runs already, and nothing is known of its memory and its start. */
  command?: Omit<Command, 'firstPage'>;
}

/** What all apps stand in front of, and on which core. */
export interface Place {
  adminUrl: string;
  core: number | undefined;
}

/** The built app, as `npm start` starts it. */
export function portico(
  transport: 'got' | 'undici',
  { adminUrl, core }: Place,
  { port, usersFile }: { port: number; usersFile: string },
): App {
  const address = `http://127.0.0.1:${port}`;
  const env = {
    HOST: '127.0.0.1',
    PORT: String(port),
    BASE_URL: address,
    HYDRA_ADMIN_URL: adminUrl,
    HYDRA_TRANSPORT: transport,
    COOKIE_SECRET: 'a secret of the bench that guards nothing at all',
    USERS_FILE: usersFile,
  };
  const personOf: Site['personOf'] = (visitor, hashing) => ({
    email: emailOf(subjectOf(visitor, hashing)),
    password,
  });
  return app(transport, { url: new URL(address), personOf }, { line: startScript(), env, core });
}

/** The bare page, from the script that `plainScript` made of it. */
export function barePage(script: string, { adminUrl, core }: Place, port: number): App {
  const site = { url: new URL(`http://127.0.0.1:${port}`), personOf: () => somebody };
  const env = { PORT: String(port), HYDRA_ADMIN_URL: adminUrl };
  return app('bare', site, { line: [process.execPath, script], env, core });
}

/**
 * Any other app: `BENCH_PEER_URL` says where it is, or will be once the shell has run
 * `BENCH_PEER_START`; `BENCH_PEER_USER` is `email:password` of somebody who may sign in there.
 */
export function peer(
  { adminUrl, core }: Place,
  environment: NodeJS.ProcessEnv = process.env,
): App | undefined {
  const { BENCH_PEER_URL, BENCH_PEER_START, BENCH_PEER_USER } = environment;
  if (!BENCH_PEER_URL) return undefined;
  const url = new URL(BENCH_PEER_URL);
  const person = BENCH_PEER_USER ? personIn(BENCH_PEER_USER) : somebody;
  const site = { url, personOf: () => person };
  if (!BENCH_PEER_START) return app(peerName, site);
  const env = { PORT: url.port, HYDRA_ADMIN_URL: adminUrl };
  return app(peerName, site, { line: ['sh', '-c', BENCH_PEER_START], env, core });
}

/** The demo user of many sample apps. */
const somebody = personIn('foo@bar.com:foobar');

function personIn(text: string): Person {
  const colon = text.indexOf(':');
  return { email: text.slice(0, colon), password: text.slice(colon + 1) };
}

function app(name: string, site: Site, command?: App['command']): App {
  const base = site.url.href.replace(/\/$/, '');
  const challenge = encodeURIComponent(freshChallenge(subjectOf(0, 'cheapest')));
  const firstPage = new URL(`${base}/login?login_challenge=${challenge}`);
  return { name, site, firstPage, ...(command && { command }) };
}
