export interface Control {
  kind: 'hidden' | 'text' | 'checkbox' | 'button';
  type: string;
  id: string;
  name: string;
  value: string;
  isChecked: boolean;
  /** The whole tag. */
  tag: string;
}

export interface Form {
  method: string;
  action: string;
  controls: Control[];
}

export interface Link {
  /** Whole; on the host of the page only the path and what follows it. */
  href: string;
  text: string;
}

/** An answer as it came. */
export interface Answer {
  status: number;
  /** Names in lower case. */
  headers: Record<string, string | string[]>;
  text: string;
}

/** An answer, with what a person would see and could do. */
export interface Page {
  /** The address as the browser shows it. */
  url: string;
  status: number;
  /** Names in lower case. */
  headers: Record<string, string>;
  setCookies: string[];
  html: string;
  lang: string | undefined;
  dir: string | undefined;
  title: string;
  /** The text of the `h1`. */
  heading: string;
  /** All text of the page, blanks made single. */
  text: string;
  forms: Form[];
  links: Link[];
  /** The `Location` of a redirect. */
  leadsTo: string | undefined;
}

export function readPage(url: string, answer: Answer, setCookies: string[]): Page {
  const headers = answer.headers as Record<string, string>;
  const isHtml = /text\/html/.test(headers['content-type'] ?? '');
  const html = answer.text ?? '';
  const shown = isHtml ? html : '';
  return {
    url,
    status: answer.status,
    headers,
    setCookies,
    html,
    lang: /<html lang="([^"]*)"/.exec(shown)?.[1],
    dir: /<html[^>]* dir="([^"]*)"/.exec(shown)?.[1],
    title: textOf(/<title>([\s\S]*?)<\/title>/.exec(shown)?.[1] ?? ''),
    heading: textOf(/<h1[^>]*>([\s\S]*?)<\/h1>/.exec(shown)?.[1] ?? ''),
    text: textOf(shown.replace(/^[\s\S]*<body>/, '')),
    forms: [...shown.matchAll(/<form([^>]*)>([\s\S]*?)<\/form>/g)].map(readForm),
    links: [...shown.matchAll(/<a\s([^>]*)>([\s\S]*?)<\/a>/g)].map(([, attributes, inner]) => ({
      href: resolved(attribute(attributes!, 'href'), url),
      text: textOf(inner!),
    })),
    leadsTo: headers['location'],
  };
}

/** The one control with this id or name in all forms of a page. */
export function control(page: Page, id: string): Control | undefined {
  const all = page.forms.flatMap((form) => form.controls);
  return all.find((one) => one.id === id) ?? all.find((one) => one.name === id);
}

/** The id of the request that a page tells a person to pass on when asking for help. */
export function referenceOf(page: Page): string | undefined {
  return /\b[0-9A-Z]{4}-[0-9A-Z]{4}\b/.exec(page.text)?.[0];
}

/** The link with this text. */
export function link(page: Page, text: string): Link | undefined {
  return page.links.find((one) => one.text === text);
}

/** What a pattern finds in the HTML of a page, its first group each time, as a person reads it. */
export function textsOf(page: Page, pattern: RegExp): string[] {
  return [...page.html.matchAll(pattern)].map(([, html = '']) => textOf(html));
}

function readForm([, attributes = '', inner = '']: RegExpMatchArray): Form {
  const controls = [...inner.matchAll(/<(input|button)\b([^>]*)>/g)].map(([tag, element, rest]) => {
    const type = attribute(rest!, 'type') || (element === 'button' ? 'submit' : 'text');
    const kind = element === 'button' ? 'button' : kindOf(type);
    const isChecked = /\schecked\b/.test(rest!);
    const [id, name, value] = ['id', 'name', 'value'].map((key) => attribute(rest!, key));
    return { kind, type, id: id!, name: name!, value: value!, isChecked, tag } satisfies Control;
  });
  const [method, action] = ['method', 'action'].map((key) => attribute(attributes, key));
  return { method: method!, action: action!, controls };
}

function resolved(href: string, page: string): string {
  if (!URL.canParse(href, page)) return href;
  const { origin, pathname, search } = new URL(href, page);
  if (origin !== new URL(page).origin) return href;
  return pathname + search;
}

function kindOf(type: string): 'hidden' | 'checkbox' | 'text' {
  return type === 'hidden' || type === 'checkbox' ? type : 'text';
}

function attribute(attributes: string, name: string): string {
  return decoded(new RegExp(`(?:^|\\s)${name}="([^"]*)"`).exec(attributes)?.[1] ?? '');
}

function textOf(html: string): string {
  return decoded(html.replace(/<\/?(?:wbr|bdi|strong)\b[^>]*>/g, '').replace(/<[^>]*>/g, ' '))
    .replace(/\s+/g, ' ')
    .trim();
}

const entities: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

function decoded(html: string): string {
  return html.replace(/&(?:#x([\da-f]+)|#(\d+)|(\w+));/gi, (whole, hex, decimal, name: string) => {
    if (hex) return String.fromCodePoint(Number.parseInt(String(hex), 16));
    return decimal ? String.fromCodePoint(Number(decimal)) : (entities[name] ?? whole);
  });
}
