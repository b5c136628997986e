/** In bytes: a list of keys, or a person with many groups, has less than a tenth of it. */
const longestAnswer = 1024 * 1024;

interface Question {
  method: string;
  headers: Record<string, string>;
  body: unknown;
  redirect: 'manual';
  signal?: AbortSignal;
}

/**
 * Fetches for the OpenID client: follows no redirect, and reads no endless answer.
 * @throws TypeError `fetch failed`, or a DOMException when it takes too long
 */
export async function boundedFetch(address: string, question: Question): Promise<Response> {
  const answer = await fetch(address, question as RequestInit);
  const bytes = await readBounded(answer);
  const { status, statusText, headers } = answer;
  const hasNoBody = status === 204 || status === 205 || status === 304;
  return new Response(hasNoBody ? null : bytes, { status, statusText, headers });
}

async function readBounded(answer: Response): Promise<Uint8Array<ArrayBuffer>> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  const body = answer.body as AsyncIterable<Uint8Array> | null;
  for await (const chunk of body ?? []) {
    length += chunk.length;
    // Leaving the loop cancels the rest.
    if (length > longestAnswer) throw new TypeError('fetch failed: the answer is too long');
    chunks.push(chunk);
  }
  return new Uint8Array(Buffer.concat(chunks));
}
