import { IdentityError, type IdentityLog } from './backend.ts';
import type { LdapServer } from './ldap-connection.ts';
import { LdapFault } from './ldap-fault.ts';

/** How long a server that does not answer is asked last. */
const asideMs = 10_000;

/** Several servers with the same people: the first one that answers is asked. */
export function createServers(servers: readonly LdapServer[], log: IdentityLog) {
  const asideUntil = new Map<LdapServer, number>();
  const isAside = (server: LdapServer) => (asideUntil.get(server) ?? 0) > performance.now();

  function putAside(server: LdapServer, reason: string): void {
    const wasAside = isAside(server);
    asideUntil.set(server, performance.now() + asideMs);
    if (wasAside || servers.length === 1) return;
    const details = { server: server.url, reason };
    log.warn(details, 'a server of the directory does not answer: the others are asked first');
  }

  return {
    /**
     * Asks one after the other until one answers.
     * @throws IdentityError `down` when none does; what else `question` throws
     */
    async ask<T>(question: (server: LdapServer) => Promise<T>): Promise<T> {
      const faults: string[] = [];
      const inOrder = servers.toSorted(
        (one, other) => Number(isAside(one)) - Number(isAside(other)),
      );
      for (const server of inOrder) {
        try {
          // oxlint-disable-next-line no-await-in-loop -- the next one only if this one fails
          const answer = await question(server);
          asideUntil.delete(server);
          return answer;
        } catch (error) {
          if (!(error instanceof LdapFault)) throw error;
          if (error.isAway) putAside(server, error.message);
          faults.push(`${server.url}: ${error.message}`);
        }
      }
      throw new IdentityError('down', `the directory cannot be asked: ${faults.join('; ')}`);
    },
  };
}
