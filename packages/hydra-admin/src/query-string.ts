/** Names and values. `undefined` leaves a name out. */
export type Query = Readonly<Record<string, string | undefined>>;

/** Encodes a query or a form, without a `?`. Half a surrogate pair becomes U+FFFD. */
export function queryString(query: Query = {}): string {
  let text = '';
  for (const name in query) {
    const value = query[name];
    if (value === undefined) continue;
    text += `${text && '&'}${name}=${encodeURIComponent(value.toWellFormed())}`;
  }
  return text;
}
