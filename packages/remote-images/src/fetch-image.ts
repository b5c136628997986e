import { allowedUrl, isLoopback, targetOf } from './allowed-target.ts';
import { ImageFault } from './image-fault.ts';
import { imageOf, type Image } from './image-type.ts';
import { readBody } from './read-body.ts';
import { resolveHost, type Resolve } from './resolve-host.ts';
import { sendRequest } from './send-request.ts';

export interface FetchOptions {
  /** For development: allows http and any port, if the address itself is on this machine. */
  mayBeLoopback?: boolean;
  /** For everything together: names, redirects, body. */
  timeLimitMs?: number;
  mostBytes?: number;
  /** Width and height each. */
  mostPixels?: number;
  resolve?: Resolve;
  /** Sends a request to a target that was checked. */
  send?: typeof sendRequest;
}

/** A picture, or why there is none. */
export type Fetched = { image: Image } | { fault: ImageFault };

const mostRedirects = 3;

/**
 * Fetches a picture from an address that somebody else has chosen. Never throws.
 *
 * Only https, only the public internet: each redirect is checked again, and the connection goes to
 * the IP address that was checked. What the picture is, its bytes say, not its server.
 */
export async function fetchImage(address: string, options: FetchOptions = {}): Promise<Fetched> {
  const { timeLimitMs = 3_000, mostPixels = 2_048 } = options;
  const signal = AbortSignal.timeout(timeLimitMs);
  try {
    return { image: imageOf(await download(address, options, signal), mostPixels) };
  } catch (error) {
    return { fault: faultOf(error, signal) };
  }
}

async function download(
  address: string,
  options: FetchOptions,
  signal: AbortSignal,
): Promise<Buffer> {
  const { mostBytes = 100_000, resolve = resolveHost, send = sendRequest } = options;
  const isHere = options.mayBeLoopback === true;
  let url = allowedUrl(address, isHere);
  // Nothing out there may lead to this machine.
  const mayBeLoopback = isHere && isLoopback(url);
  for (let hops = 0; hops <= mostRedirects; hops++) {
    const target = await targetOf(url, { mayBeLoopback, resolve, signal });
    const answer = await send(target, signal);
    try {
      const { statusCode: status = 0, headers } = answer;
      if (status === 200) return await readBody(answer, mostBytes);
      if (!redirects.has(status)) throw new ImageFault('status', String(status));
      url = allowedUrl(nextAddress(headers.location, url), mayBeLoopback);
    } finally {
      answer.destroy();
    }
  }
  throw new ImageFault('redirects');
}

const redirects = new Set([301, 302, 303, 307, 308]);

function nextAddress(location: string | undefined, from: URL): string {
  if (!location) throw new ImageFault('redirects');
  try {
    return new URL(location, from).href;
  } catch {
    throw new ImageFault('redirects');
  }
}

function faultOf(error: unknown, signal: AbortSignal): ImageFault {
  if (signal.aborted) return new ImageFault('timeout');
  if (error instanceof ImageFault) return error;
  const { code, name } = error as NodeJS.ErrnoException;
  return new ImageFault('unreachable', code ?? name);
}
