/** The values for the `{names}` in a message. */
export type Values = Record<string, string | number>;

/** The same for a message as HTML, in which a value can be HTML of ours already. */
export type HtmlValues = Record<string, string | number | Html>;

export interface Html {
  html: string;
}

/**
 * Prepares a message with `{names}` once, so that filling it is fast. Names without a value stay.
 * @param show writes a value as text or as HTML
 * @returns fills the message
 */
export function compileMessage<V>(words: string, show: (value: V, name: string) => string) {
  const parts = words.split(/\{(\w+)\}/);
  return (values: Record<string, V> | undefined): string => {
    if (!values || parts.length === 1) return words;
    let filled = parts[0]!;
    for (let i = 1; i < parts.length; i += 2) {
      const value = values[parts[i]!];
      filled += (value === undefined ? `{${parts[i]}}` : show(value, parts[i]!)) + parts[i + 1]!;
    }
    return filled;
  };
}

const escapes: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&#34;',
  "'": '&#39;',
};

const special = /[&<>"']/;

/** Escapes text for HTML. Most texts need no escaping, and `test` is faster than `replace`. */
export function escapeHtml(text: string): string {
  if (!special.test(text)) return text;
  return text.replace(/[&<>"']/g, (character) => escapes[character]!);
}

/** Text as HTML that may break into lines after `@`, `.` and `+`. */
export function breakable(text: string): string {
  return escapeHtml(text).replace(/[@.+](?=.)/g, '$&<wbr>');
}

/** Values that we write ourselves, in the language of the page. */
const ownWords = ['ago', 'time', 'n', 'date', 'year'];

/**
 * A value as HTML for a text that may have the other direction. Our own words are to be translated,
 * and do not break: that of "10. Dezember" is no dot of an address.
 */
export function isolated(value: string | number | Html, name: string): string {
  if (typeof value === 'object') return value.html;
  if (ownWords.includes(name)) return `<bdi>${escapeHtml(String(value))}</bdi>`;
  return `<bdi translate="no">${breakable(String(value))}</bdi>`;
}

/**
 * Turns the `[words]` of a message into links, in their order. Brackets in values stay as they are.
 * @param html of the message, as `Locale.h` fills it
 * @param addresses of the links, each safe as one
 */
export function withLinks(html: string, addresses: readonly string[]): string {
  let next = 0;
  return html.replace(/<bdi[^>]*>.*?<\/bdi>|\[([^\]]+)\]/g, (whole, words?: string) => {
    const address = words && addresses[next++];
    return address ? `<a href="${escapeHtml(address)}">${words}</a>` : whole;
  });
}
