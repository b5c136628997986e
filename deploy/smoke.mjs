#!/usr/bin/env node
/**
 * Goes the way of a person once: through the sample app, the OAuth2 server and Portico, and back. For
 * deploy/compose.yaml, or `npm run dev`. Needs Node alone.
 *
 *   node deploy/smoke.mjs [--sample http://localhost:5555] [--portico http://localhost:3000] [--login ada@example.org]
 *
 * The password is that of the demo people, or SMOKE_PASSWORD. It waits up to SMOKE_WAIT_SECONDS (120) until
 * all servers answer. Exit code 0: all went well; 1: the last line says what did not.
 */
import { setTimeout as wait } from 'node:timers/promises';
import { parseArgs } from 'node:util';

const { values: options } = parseArgs({
  options: {
    sample: { type: 'string', default: 'http://localhost:5555' },
    portico: { type: 'string', default: 'http://localhost:3000' },
    login: { type: 'string', default: 'ada@example.org' },
  },
});
const password = process.env.SMOKE_PASSWORD ?? 'portico';
const waitMs = Number(process.env.SMOKE_WAIT_SECONDS ?? 120) * 1000;
const answerWithinMs = 15_000;
const mostRedirects = 20;
const portico = options.portico.replace(/\/+$/, '');
const sample = options.sample.replace(/\/+$/, '');

/** Cookies by host name: browsers do not tell ports apart. */
const jars = new Map();

async function main() {
  await untilReady(`${portico}/health/ready`);
  await untilReady(`${sample}/`);
  saw('ready', 'Portico and the sample app');

  let page = await open(`${sample}/sign-in/plain`);
  if (!formOf(page, 'password')) throw failed('the sign-in screen', page);
  saw('sign-in screen', titleOf(page));
  page = await submit(page, { email: options.login, password });
  if (formOf(page, 'password')) throw failed('the sign-in with these data', page);

  // Who has allowed it before, or need not be asked, sees no consent screen.
  if (isAt(page, `${portico}/consent`)) {
    saw('consent screen', titleOf(page));
    page = await submit(page, {});
  } else saw('no consent screen', 'it was allowed before');

  if (page.url !== `${sample}/` || !hasLink(page, '/sign-out')) throw failed('signing in', page);
  saw('signed in', `the sample app changed the code into tokens: ${titleOf(page)}`);

  page = await open(`${sample}/sign-out`);
  if (isAt(page, `${portico}/logout`)) {
    saw('sign-out screen', titleOf(page));
    page = await submit(page, {});
  }
  if (!isAt(page, `${sample}/signed-out`)) throw failed('signing out', page);
  page = await open(`${sample}/`);
  if (hasLink(page, '/sign-out')) throw failed('signing out', page);
  saw('signed out', 'the sample app forgot its tokens');

  page = await open(`${sample}/sign-in/plain`);
  if (!formOf(page, 'password')) throw failed('the end of the login session', page);
  saw('asked again', 'the OAuth2 server has forgotten the person, too');
  saw('done', 'all is well');
}

/** Loads a page, and where it leads, as a browser does. */
async function open(address, init = {}) {
  let url = new URL(address);
  let request = init;
  for (let count = 0; count < mostRedirects; count += 1) {
    const answer = await send(url, request);
    const html = await answer.text();
    const location = answer.headers.get('location');
    if (location !== null) {
      url = new URL(location, url);
      request = {};
      continue;
    }
    const page = { url: url.href, status: answer.status, html };
    const next = await loadFrames(page);
    if (!next) return page;
    url = new URL(next, url);
    request = {};
  }
  throw new Error(`more than ${mostRedirects} redirects, the last to ${withoutQuery(url)}`);
}

async function send(url, { headers = {}, ...init }) {
  const jar = jars.get(url.hostname) ?? new Map();
  jars.set(url.hostname, jar);
  const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join('; ');
  const answer = await fetch(url, {
    redirect: 'manual',
    signal: AbortSignal.timeout(answerWithinMs),
    headers: { accept: 'text/html', ...(cookie && { cookie }), ...headers },
    ...init,
  }).catch((error) => {
    throw new Error(`${withoutQuery(url)} does not answer: ${reasonOf(error)}`);
  });
  for (const line of answer.headers.getSetCookie()) {
    const [, name, value] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
    const expires = /;\s*expires=([^;]+)/i.exec(line)?.[1];
    const isOver = /;\s*max-age=0\b/i.test(line) || (expires && Date.parse(expires) <= Date.now());
    if (isOver) jar.delete(name);
    else jar.set(name, value);
  }
  return answer;
}

/**
 * After a sign-out, the server shows apps in hidden frames (Front-Channel Logout 1.0), and then moves on.
 * @returns where to
 */
async function loadFrames({ html, url }) {
  const next = /<meta http-equiv="refresh" content="[\d.]+;\s*URL=([^"]+)"/i.exec(html)?.[1];
  if (next === undefined) return undefined;
  for (const [, source] of html.matchAll(/<iframe[^>]*\ssrc="([^"]+)"/gi)) {
    await (await send(new URL(decoded(source), url), {})).text();
  }
  return decoded(next);
}

/** Presses the button that accepts. */
async function submit(page, filled) {
  const form = formOf(page, 'accept');
  if (!form) throw failed('a form to accept', page);
  const fields = form.controls
    .filter(
      ({ type, isChecked }) =>
        type !== 'button' && type !== 'submit' && (type !== 'checkbox' || isChecked),
    )
    .map(({ name, value }) => [name, filled[name] ?? value]);
  const body = new URLSearchParams([...fields, ['decision', 'accept']]);
  const target = new URL(form.action || page.url, page.url);
  const headers = { origin: target.origin, 'sec-fetch-site': 'same-origin' };
  return open(target.href, { method: 'POST', body, headers });
}

/** The form that has a control with this id. */
function formOf({ html }, id) {
  const forms = [...html.matchAll(/<form([^>]*)>([\s\S]*?)<\/form>/g)].map(([, tag, inner]) => ({
    action: attribute(tag, 'action'),
    controls: [...inner.matchAll(/<(input|button)\b([^>]*)>/g)].map(([, element, rest]) => ({
      type: attribute(rest, 'type') || (element === 'button' ? 'submit' : 'text'),
      id: attribute(rest, 'id'),
      name: attribute(rest, 'name'),
      value: attribute(rest, 'value'),
      isChecked: /\schecked\b/.test(rest),
    })),
  }));
  return forms.find(({ controls }) => controls.some((one) => one.id === id));
}

function attribute(tag, name) {
  return decoded(new RegExp(`(?:^|\\s)${name}="([^"]*)"`).exec(tag)?.[1] ?? '');
}

const named = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

function decoded(text) {
  return text.replace(/&(?:#x([\da-f]+)|#(\d+)|(\w+));/gi, (whole, hex, decimal, name) => {
    if (hex) return String.fromCodePoint(Number.parseInt(hex, 16));
    return decimal ? String.fromCodePoint(Number(decimal)) : (named[name] ?? whole);
  });
}

const isAt = (page, address) => withoutQuery(page.url) === address;
const hasLink = ({ html }, href) => html.includes(`href="${href}"`);
const titleOf = ({ html }) => decoded(/<title>([\s\S]*?)<\/title>/.exec(html)?.[1] ?? '').trim();

/** Queries hold challenges, codes and tokens, which nobody should print. */
function withoutQuery(address) {
  const { origin, pathname } = new URL(address);
  return origin + pathname;
}

async function untilReady(address) {
  for (const end = Date.now() + waitMs; ;) {
    const reason = await fetch(address, { signal: AbortSignal.timeout(answerWithinMs) }).then(
      async (answer) => {
        await answer.text();
        return answer.ok ? undefined : `it answers with ${answer.status}`;
      },
      reasonOf,
    );
    if (reason === undefined) return;
    if (Date.now() >= end) throw new Error(`${address} is not ready: ${reason}`);
    await wait(500);
  }
}

const reasonOf = (error) => error?.cause?.code ?? error?.cause?.message ?? error?.message;
const failed = (what, page) =>
  new Error(`${what} failed: ${page.status} at ${withoutQuery(page.url)}, “${titleOf(page)}”`);

function saw(what, more) {
  console.log(`${what.padEnd(18)}${more}`);
}

try {
  await main();
} catch (error) {
  console.error(`Failed: ${error.message}`);
  process.exitCode = 1;
}
