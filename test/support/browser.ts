/** A browser without pictures: keeps cookies, reads forms, and posts them with the tokens they hold. */
import request from 'supertest';
import { readPage, type Answer, type Form, type Page } from './page.ts';

export type { Form, Page } from './page.ts';

interface Cookie {
  value: string;
  path: string;
  /** The whole `Set-Cookie` line. */
  line: string;
}

export interface BrowserOptions {
  /** Where the app really listens; addresses without a host go there. */
  url: string;
  /** What the app believes to be its address, when a proxy of the test stands in between. */
  publicUrl?: string;
  /** Sent with every request. */
  headers?: Record<string, string>;
  /** Sends in another way than by HTTP/1.1 without TLS. */
  ask?: Ask;
}

/** Sends one request, and follows no redirect. */
export type Ask = (
  method: Method,
  target: URL,
  sent: { headers: Record<string, string>; body?: string },
) => Promise<Answer>;
type Method = 'get' | 'post' | 'head' | 'put' | 'delete';

/** What a person does to a form. */
export interface FormWork {
  /** Id or value of the button; without it the first one, as the Enter key does; or `noButton`. */
  press?: string;
  /** Text by id or name. */
  fill?: Record<string, string>;
  /** Boxes by id: ticked or not. */
  tick?: Record<string, boolean>;
  /** Ticks every scope that `tick` does not name: a fork may tick none beforehand. */
  tickScopes?: true;
  /** Wishes by name, as a ticked box posts them, whether or not the form has such a box. */
  wish?: Record<string, string>;
  /** Hidden fields by name that somebody tampered with; `undefined` takes the field away. */
  forge?: Record<string, string | undefined>;
  /** Fields that the form does not have. */
  add?: [name: string, value: string][];
  headers?: Record<string, string>;
}

/** Submits a form as scripts and password managers do: by `form.submit()`, without its button. */
export const noButton = 'no button';

export type Browser = ReturnType<typeof openBrowser>;

/** A browser with no cookies yet; as many as wanted may be open side by side. */
export function openBrowser({
  url,
  publicUrl = url,
  headers: own = {},
  ask = bySupertest,
}: BrowserOptions) {
  const jars = new Map<string, Map<string, Cookie>>();
  const here = new URL(url);
  const home = new URL(publicUrl);

  function resolve(address: string): { target: URL; shown: URL } {
    const base = address.startsWith('/') ? home.origin : publicUrl;
    const shown = new URL(address, base);
    const target = new URL(shown.href);
    if (shown.origin === home.origin) {
      target.protocol = here.protocol;
      target.host = here.host;
    }
    return { target, shown };
  }

  /** Cookies ignore ports, as in real browsers. */
  function jarOf({ hostname }: URL): Map<string, Cookie> {
    const jar = jars.get(hostname) ?? new Map<string, Cookie>();
    jars.set(hostname, jar);
    return jar;
  }

  function cookieHeader(shown: URL): string {
    return [...jarOf(shown)]
      .filter(([, { path }]) => isBelow(path, shown.pathname))
      .map(([name, { value }]) => `${name}=${value}`)
      .join('; ');
  }

  function keep(shown: URL, lines: string[]): void {
    for (const line of lines) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      const path = /;\s*Path=([^;]+)/i.exec(line)?.[1] ?? '/';
      const expires = /;\s*Expires=([^;]+)/i.exec(line)?.[1];
      const isOver =
        /;\s*Max-Age=0\b/i.test(line) || (expires && Date.parse(expires) <= Date.now());
      if (isOver) jarOf(shown).delete(name);
      else jarOf(shown).set(name, { value, path, line });
    }
  }

  async function send(
    method: Method,
    address: string,
    { headers = {}, body, type = 'application/x-www-form-urlencoded' }: SendOptions = {},
  ): Promise<Page> {
    const { target, shown } = resolve(address);
    const cookies = cookieHeader(shown);
    const answer = await ask(method, target, {
      headers: {
        Accept: 'text/html,application/xhtml+xml,*/*;q=0.8',
        ...(body !== undefined && { 'Content-Type': type }),
        ...own,
        ...headers,
        ...(cookies && { Cookie: cookies }),
      },
      ...(body !== undefined && { body }),
    });
    const setCookies = ([] as string[]).concat(answer.headers['set-cookie'] ?? []);
    keep(shown, setCookies);
    return readPage(shown.href, answer, setCookies);
  }

  /** Opens an address, as typed or clicked. */
  const get = (address: string, headers: Record<string, string> = {}) =>
    send('get', address, { headers });

  /** Posts fields as a form of our own page would. */
  function post(
    address: string,
    fields: [name: string, value: string][] | Record<string, string>,
    headers: Record<string, string> = {},
  ): Promise<Page> {
    const origin = { Origin: resolve(address).shown.origin, 'Sec-Fetch-Site': 'same-origin' };
    const body = new URLSearchParams(fields).toString();
    return send('post', address, { headers: { ...origin, ...headers }, body });
  }

  /** Presses a button of a form. */
  async function submit(page: Page, work: FormWork = {}): Promise<Page> {
    const form = formOf(page, work.press);
    const shown = new URL(form.action || page.url, page.url);
    return post(shown.href, fieldsOf(form, work), work.headers);
  }

  /** Goes where a redirect leads. */
  function follow(page: Page): Promise<Page> {
    if (!page.leadsTo) throw new Error(`${page.status} ${page.url} leads nowhere`);
    return get(new URL(page.leadsTo, page.url).href);
  }

  /** The cookies kept for our own host, by name: the whole line that set each. */
  function cookies(): Record<string, string> {
    return Object.fromEntries([...jarOf(home)].map(([name, { line }]) => [name, line]));
  }

  /** Forgets a cookie whose name holds this, or all. */
  function dropCookies(name = ''): void {
    for (const key of jarOf(home).keys()) if (key.includes(name)) jarOf(home).delete(key);
  }

  /** Takes on a cookie value, such as one that somebody stole or made up. */
  function setCookie(name: string, value: string): void {
    jarOf(home).set(name, { value, path: '/', line: `${name}=${value}` });
  }

  return { send, get, post, submit, follow, cookies, dropCookies, setCookie };
}

const bySupertest: Ask = (method, target, { headers, body }) => {
  const sending = request(target.origin)[method](target.pathname + target.search);
  void sending.redirects(0).ok(() => true);
  void sending.set(headers);
  return body === undefined ? sending : sending.send(body);
};

interface SendOptions {
  headers?: Record<string, string>;
  body?: string;
  type?: string;
}

/** The fields that a browser would post for this form, in order. */
export function fieldsOf(form: Form, work: FormWork = {}): [string, string][] {
  const { fill = {}, tick = {}, tickScopes, wish = {}, forge = {}, add = [] } = work;
  const fields: [string, string][] = [];
  for (const { kind, id, name, value, isChecked } of form.controls) {
    const isTicked = isChecked || (tickScopes && name === 'grant_scope');
    if (kind === 'checkbox' && !(name in wish) && (tick[id] ?? isTicked)) {
      fields.push([name, value]);
    }
    if (kind === 'hidden') {
      const posted = name in forge ? forge[name] : value;
      if (posted !== undefined) fields.push([name, posted]);
    }
    if (kind === 'text') fields.push([name, fill[id] ?? fill[name] ?? value]);
  }
  for (const id of [...Object.keys(fill), ...Object.keys(tick)]) {
    if (!form.controls.some((one) => one.id === id || one.name === id)) {
      throw new Error(`The form has no field "${id}".`);
    }
  }
  const button = buttonOf(form, work.press);
  if (button?.name) fields.push([button.name, button.value]);
  return [...fields, ...Object.entries(wish), ...add];
}

function formOf(page: Page, press: string | undefined): Form {
  const form = page.forms.find((one) => press === noButton || buttonOf(one, press) !== undefined);
  if (form) return form;
  throw new Error(`${page.status} ${page.url} has no form with the button "${press ?? ''}"`);
}

function buttonOf(form: Form, press: string | undefined) {
  const buttons = form.controls.filter(({ kind, type }) => kind === 'button' && type !== 'button');
  return buttons.find(({ id, value }) => press === undefined || press === id || press === value);
}

function isBelow(path: string, pathname: string): boolean {
  return path === '/' || pathname === path || pathname.startsWith(`${path.replace(/\/$/, '')}/`);
}
