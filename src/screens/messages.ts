/** What stands for the `{names}` of a message. */
export type Values = Record<string, string | number>;

/**
 * Prepares words with `{names}`, so that a page only fills them. A name without a value stays as it is.
 * @param show turns a value into text or HTML
 */
export function compileMessage(words: string, show: (value: string | number) => string) {
  const parts = words.split(/\{(\w+)\}/);
  return (values: Values | undefined): string => {
    if (!values || parts.length === 1) return words;
    let filled = parts[0]!;
    for (let i = 1; i < parts.length; i += 2) {
      const value = values[parts[i]!];
      filled += (value === undefined ? `{${parts[i]}}` : show(value)) + parts[i + 1]!;
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

/** Looks first: most texts have nothing to escape, and `test` costs less than `replace`. */
export function escapeHtml(text: string): string {
  if (!special.test(text)) return text;
  return text.replace(/[&<>"']/g, (character) => escapes[character]!);
}

/** HTML of a text that may break after `@`, `.` and `+`. */
export function breakable(text: string): string {
  return escapeHtml(text).replace(/[@.+](?=.)/g, '$&<wbr>');
}

/** HTML of a value in words that may run in the other direction. */
export function isolated(value: string | number): string {
  return `<bdi>${breakable(String(value))}</bdi>`;
}
