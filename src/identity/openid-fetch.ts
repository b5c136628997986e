/** In bytes: a list of keys, or a person with many groups, has less than a tenth of it. */
const longestAnswer = 1024 * 1024;

interface Question {
  method: string;
  headers: Record<string, string>;
  body: unknown;
  redirect: 'manual';
  signal?: AbortSignal;
}

/** The other site does not answer, not in time, or without an end. A TypeError, as `fetch` has it. */
export class NoAnswer extends TypeError {
  override readonly name = 'NoAnswer';
}

/**
 * Fetches for the OpenID client: follows no redirect, and reads no endless answer.
 * @throws NoAnswer
 */
export async function boundedFetch(address: string, question: Question): Promise<Response> {
  const { answer, bytes } = await wholeAnswer(address, question).catch((error: unknown) => {
    throw error instanceof NoAnswer ? error : new NoAnswer(`no answer: ${codeOf(error)}`);
  });
  const { status, statusText, headers } = answer;
  const hasNoBody = status === 204 || status === 205 || status === 304;
  return new Response(hasNoBody ? null : bytes, { status, statusText, headers });
}

async function wholeAnswer(address: string, question: Question) {
  const answer = await fetch(address, question as RequestInit);
  return { answer, bytes: await readBounded(answer) };
}

function codeOf(error: unknown): string {
  const { name, cause } = error as Error;
  const inner = (cause as NodeJS.ErrnoException | undefined)?.code;
  return inner ?? name;
}

async function readBounded(answer: Response): Promise<Uint8Array<ArrayBuffer>> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  const body = answer.body as AsyncIterable<Uint8Array> | null;
  for await (const chunk of body ?? []) {
    length += chunk.length;
    // Leaving the loop cancels the rest.
    if (length > longestAnswer) throw new NoAnswer('no answer of less than 1 MiB');
    chunks.push(chunk);
  }
  return new Uint8Array(Buffer.concat(chunks));
}
