/** Whatever JSON the server said; checks look at members without asking first. */
// oxlint-disable-next-line typescript/no-explicit-any
export type Body = any;

export interface WireAnswer {
  status: number;
  headers: Headers;
  text: string;
  /** `undefined` when it is no JSON. */
  body: Body;
}

/** One plain request: no redirect is followed, nothing is checked. */
export async function send(url: string, init: RequestInit = {}): Promise<WireAnswer> {
  const response = await fetch(url, { redirect: 'manual', ...init });
  const text = await response.text();
  return { status: response.status, headers: response.headers, text, body: jsonIn(text) };
}

/** A request with a JSON body; text is sent as it is, and without a body none is. */
export function sendJson(method: string, url: string, body?: unknown): Promise<WireAnswer> {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return send(url, { method, ...(text !== undefined && { body: text }) });
}

/** @param form is sent as a form, repeated or blank fields and all */
export function sendForm(
  url: string,
  form: Record<string, string>,
  headers: Record<string, string> = {},
): Promise<WireAnswer> {
  return send(url, { method: 'POST', body: new URLSearchParams(form), headers });
}

/** HTTP Basic as RFC 6749, section 2.3.1 wants it. */
export function basic({ client_id, client_secret }: Body): Record<string, string> {
  const pair = [client_id, client_secret].map((part) => encodeURIComponent(part ?? '')).join(':');
  return { authorization: `Basic ${Buffer.from(pair).toString('base64')}` };
}

/** The relations of a `Link` header (RFC 8288) with their addresses. */
export function linksOf({ headers }: WireAnswer): Record<string, URL> {
  const parts = headers.get('link')?.matchAll(/<([^>]*)>; rel="([^"]*)"/g) ?? [];
  return Object.fromEntries(
    [...parts].map(([, target, relation]) => [relation, new URL(target!, 'http://relative.test')]),
  );
}

function jsonIn(text: string): Body {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
