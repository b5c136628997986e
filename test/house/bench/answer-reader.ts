/** An answer as far as the bench needs it. */
export interface Answer {
  status: number;
  /** The lines of the head below the status, as they came. */
  head: string;
  body: string;
}

type Framing = { length: number } | 'chunked';

/**
 * Reads the answers of one HTTP/1.1 connection, one after the other (RFC 9112, section 6). It knows
 * only what servers say to plain GETs and POSTs, and so costs a fraction of a real client: the
 * generator must not be slower than what it measures.
 */
export class AnswerReader {
  #received: Buffer = Buffer.alloc(0);
  #head: { status: number; head: string; bodyStart: number; framing: Framing } | undefined;

  /** Takes what arrived. Returns the answer once it is whole. @throws when it is no such answer */
  add(bytes: Buffer): Answer | undefined {
    this.#received = this.#received.length === 0 ? bytes : Buffer.concat([this.#received, bytes]);
    this.#head ??= readHead(this.#received);
    if (!this.#head) return undefined;
    const { status, head, bodyStart, framing } = this.#head;
    const rest = this.#received.subarray(bodyStart);
    const body = framing === 'chunked' ? dechunked(rest) : plain(rest, framing.length);
    if (body === undefined) return undefined;
    this.#received = Buffer.alloc(0);
    this.#head = undefined;
    return { status, head, body };
  }
}

function readHead(received: Buffer) {
  const end = received.indexOf('\r\n\r\n');
  if (end < 0) return undefined;
  const head = received.toString('latin1', 0, end);
  const status = Number(head.slice('HTTP/1.1 '.length, 'HTTP/1.1 200'.length));
  return { status, head, bodyStart: end + 4, framing: framingOf(status, head) };
}

function framingOf(status: number, head: string): Framing {
  if (status === 204 || status === 304) return { length: 0 };
  if (/\r\ntransfer-encoding: *chunked/i.test(head)) return 'chunked';
  const length = /\r\ncontent-length: *(\d+)/i.exec(head)?.[1];
  if (length === undefined) throw new Error(`An answer does not say how long it is:\n${head}`);
  return { length: Number(length) };
}

function plain(rest: Buffer, length: number): string | undefined {
  return rest.length < length ? undefined : rest.toString('utf8', 0, length);
}

function dechunked(rest: Buffer): string | undefined {
  const chunks: Buffer[] = [];
  for (let at = 0; ;) {
    const lineEnd = rest.indexOf('\r\n', at);
    if (lineEnd < 0) return undefined;
    const size = Number.parseInt(rest.toString('latin1', at, lineEnd), 16);
    const next = lineEnd + 2 + size + 2;
    if (rest.length < next) return undefined;
    if (size === 0) return Buffer.concat(chunks).toString();
    chunks.push(rest.subarray(lineEnd + 2, next - 2));
    at = next;
  }
}
