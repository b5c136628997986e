/** The form of a page, of whatever app: enough to fill it in as a person would. */

interface Form {
  /** Where it goes, as it stands in the page. */
  action: string;
  controls: Control[];
}

interface Control {
  type: string;
  id: string;
  name: string;
  value: string;
}

/** What a person knows by heart. */
export interface Person {
  email: string;
  password: string;
}

/** The first form of a page that posts. @throws when there is none */
export function readForm(html: string): Form {
  const form = /<form\b([^>]*\bmethod=["']?post\b[^>]*)>([\s\S]*?)<\/form>/i.exec(html);
  if (!form) throw new Error(`A page has no form:\n${html}`);
  const [, attributes = '', inner = ''] = form;
  const controls = [...inner.matchAll(/<(input|button)\b([^>]*)>/gi)].map(readControl);
  return { action: attribute(attributes, 'action'), controls };
}

function readControl([, tag = '', rest = '']: RegExpMatchArray): Control {
  const usual = tag.toLowerCase() === 'button' ? 'submit' : 'text';
  const type = attribute(rest, 'type').toLowerCase() || usual;
  const [id = '', name = '', value = ''] = ['id', 'name', 'value'].map((key) =>
    attribute(rest, key),
  );
  return { type, id, name, value };
}

/**
 * What the browser posts when a person says yes to everything: all boxes ticked but the one for
 * being remembered, and the button pressed that accepts, or else the first.
 */
export function filledIn({ controls }: Form, { email, password }: Person): string {
  const fields = new URLSearchParams();
  for (const { type, name, value } of controls) {
    if (type === 'hidden') fields.append(name, value);
    if (type === 'text' || type === 'email') fields.append(name, email);
    if (type === 'password') fields.append(name, password);
    if (type === 'checkbox' && name !== 'remember') fields.append(name, value || 'on');
  }
  const buttons = controls.filter(({ type }) => type === 'submit');
  const accept = buttons.find(({ id, value }) => id === 'accept' || value === 'accept');
  const pressed = accept ?? buttons[0];
  if (pressed?.name) fields.append(pressed.name, pressed.value);
  return fields.toString();
}

function attribute(attributes: string, name: string): string {
  const found = new RegExp(`(?:^|\\s)${name}=(?:"([^"]*)"|'([^']*)'|([^\\s"'>]+))`, 'i');
  const [, double, single, bare] = found.exec(attributes) ?? [];
  return unescaped(double ?? single ?? bare ?? '');
}

const entities: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

/** The text behind the entities that template engines write. */
export function unescaped(html: string): string {
  if (!html.includes('&')) return html;
  return html.replace(/&(?:#x([\da-f]+)|#(\d+)|(\w+));/gi, (whole, hex, decimal, name: string) => {
    if (hex) return String.fromCodePoint(Number.parseInt(String(hex), 16));
    return decimal ? String.fromCodePoint(Number(decimal)) : (entities[name] ?? whole);
  });
}
