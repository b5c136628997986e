/** Names and values; a name without a value is left out. */
export type Query = Readonly<Record<string, string | undefined>>;

/** As a query or a form writes them, without a `?`. Half a surrogate pair becomes U+FFFD. */
export function queryString(query: Query = {}): string {
  let text = '';
  for (const name in query) {
    const value = query[name];
    if (value === undefined) continue;
    text += `${text && '&'}${name}=${encodeURIComponent(value.toWellFormed())}`;
  }
  return text;
}
