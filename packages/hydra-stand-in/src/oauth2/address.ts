type Parameters = Record<string, string>;

/**
 * The address with these parameters in its query, in place of any of the same name; sorted by name.
 */
export function setQuery(address: string, parameters: Parameters): string {
  const [base = '', query = ''] = address.split('?', 2);
  const merged = new URLSearchParams(query);
  for (const [name, value] of Object.entries(parameters)) merged.set(name, value);
  merged.sort();
  return merged.size > 0 ? `${base}?${merged.toString()}` : base;
}

/** The address with these parameters after the `#`. */
export function setFragment(address: string, parameters: Parameters): string {
  return `${address}#${new URLSearchParams(parameters).toString()}`;
}

/** The query of a request as it was sent, without the question mark. */
export function rawQuery(originalUrl: string): string {
  return originalUrl.split('?').slice(1).join('?');
}

/** The query of a request. Of a parameter that is given twice, the first counts. */
export function queryOf(request: { originalUrl: string }): URLSearchParams {
  return new URLSearchParams(rawQuery(request.originalUrl));
}

/** The fields of a posted form; empty when the body is no form. */
export function formOf(request: { body?: unknown }): URLSearchParams {
  return new URLSearchParams(typeof request.body === 'string' ? request.body : '');
}
