/** What stands for the `{names}` of a sentence. */
export type Values = Record<string, string | number>;

/**
 * Makes words with `{names}` ready to be filled. A name without a value stays as it is.
 * @param show how a value is written
 */
export function sentence(words: string, show: (value: string | number) => string) {
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

/** Most texts have nothing to escape, and challenges are long: looking costs less than replacing. */
export function escapeHtml(text: string): string {
  if (!special.test(text)) return text;
  return text.replace(/[&<>"']/g, (character) => escapes[character]!);
}

/** HTML of a text that may break after `@`, `.` and `+`. */
export function breakable(text: string): string {
  return escapeHtml(text).replace(/[@.+](?=.)/g, '$&<wbr>');
}

/** HTML of a value that keeps its own direction in a sentence of another. */
export function isolated(value: string | number): string {
  return `<bdi>${breakable(String(value))}</bdi>`;
}
