import { Resolver } from 'node:dns/promises';

/** Finds the IP addresses of a host. */
export type Resolve = (host: string, signal: AbortSignal) => Promise<string[]>;

/**
 * Asks the name servers of this machine. The way that Node usually takes, `getaddrinfo`, cannot be
 * stopped and has two threads for the whole process: a name server that does not answer would hold up
 * all other connections. It would also know the names of this machine and its search domains, in
 * which there are no pictures for us.
 */
export const resolveHost: Resolve = async function resolveHost(host, signal) {
  const resolver = new Resolver({ timeout: 1_000, tries: 2 });
  const cancel = () => resolver.cancel();
  signal.addEventListener('abort', cancel, { once: true });
  try {
    const answers = await Promise.allSettled([resolver.resolve4(host), resolver.resolve6(host)]);
    return answers.flatMap((answer) => (answer.status === 'fulfilled' ? answer.value : []));
  } finally {
    signal.removeEventListener('abort', cancel);
  }
};
