import type { IdentityLog } from './backend.ts';
import type { Ldapts, SearchOptions } from './ldap-client.ts';
import {
  openConnection,
  type BindAnswer,
  type LdapConnection,
  type LdapServer,
} from './ldap-connection.ts';
import type { LdapEntry } from './ldap-entry.ts';
import { faultOfCode, LdapFault } from './ldap-fault.ts';
import type { createLdapSecrets } from './ldap-secrets.ts';
import { createServers } from './ldap-servers.ts';

/** A connection that nobody has used for so long is closed, before a firewall drops it in silence. */
const idleMs = 60_000;
/** So long an account that was refused is not tried again: directories lock accounts. */
const refusedMs = 10_000;

export interface DirectoryParts {
  ldapts: Ldapts;
  servers: readonly LdapServer[];
  /** The account that searches; none is an anonymous search. */
  accountDn: string | undefined;
  secrets: ReturnType<typeof createLdapSecrets>;
  timeoutMs: number;
  log: IdentityLog;
}

export interface Directory {
  /** Searches with the rights of our account. */
  search(base: string, options: SearchOptions): Promise<LdapEntry[]>;
  /**
   * Tries a password.
   * @param judge what an answer means; `undefined` when it is none, then another server is asked
   * @returns that, and how many milliseconds the server took
   */
  tryPassword<T>(
    credentials: { dn: string; password: string },
    judge: (answer: BindAnswer) => T | undefined,
  ): Promise<{ judged: T; tookMs: number }>;
  close(): void;
}

/** The connection for searches. */
interface Slot {
  opening: Promise<LdapConnection>;
  isUsable(): boolean;
}

/**
 * Servers that hold the same entries. Searches share one connection to a server, which our own account
 * is bound to. A password is tried on a connection of its own, which is then closed: no search is ever
 * made with somebody else's rights. What the functions throw is an IdentityError `down`.
 */
export function createDirectory(parts: DirectoryParts): Directory {
  const { ldapts, secrets, timeoutMs } = parts;
  const servers = createServers(parts.servers, parts.log);
  const bindAccount = createAccount(parts);
  const slots = new Map<LdapServer, Slot>();

  const open = (server: LdapServer) =>
    openConnection(ldapts, server, { secureContext: secrets().secureContext, timeoutMs });

  async function openForSearches(server: LdapServer): Promise<LdapConnection> {
    const connection = await open(server);
    try {
      await bindAccount(server, connection);
      return closedWhenIdle(connection);
    } catch (error) {
      connection.close();
      throw error;
    }
  }

  function slotOf(server: LdapServer): Slot {
    const before = slots.get(server);
    if (before?.isUsable()) return before;
    const slot: Slot = { opening: openForSearches(server), isUsable: () => true };
    slot.opening.then(
      (connection) => (slot.isUsable = () => connection.isOpen()),
      () => (slot.isUsable = () => false),
    );
    slots.set(server, slot);
    return slot;
  }

  return {
    search(base, options) {
      return servers.ask(async (server) => {
        const before = slots.get(server);
        const slot = slotOf(server);
        try {
          return await (await slot.opening).search(base, options);
        } catch (error) {
          // The server may have closed a connection that nobody used, just when we did.
          const isStale = slot === before && error instanceof LdapFault && error.isLost;
          if (!isStale) throw error;
          return (await slotOf(server).opening).search(base, options);
        }
      });
    },
    tryPassword({ dn, password }, judge) {
      return servers.ask(async (server) => {
        const connection = await open(server);
        try {
          const begun = performance.now();
          const answer = await connection.bind(dn, password);
          const judged = judge(answer);
          if (judged === undefined) throw faultOfCode(answer.code);
          return { judged, tookMs: performance.now() - begun };
        } finally {
          connection.close();
        }
      });
    },
    close() {
      for (const { opening } of slots.values()) {
        opening.then(
          (connection) => connection.close(),
          () => {},
        );
      }
    },
  };
}

/** Binds our own account, if there is one, and does not insist when it is refused. */
function createAccount({ accountDn, secrets }: DirectoryParts) {
  const refused = new Map<LdapServer, { password: string; until: number }>();
  const fault = () => new LdapFault('it does not take LDAP_BIND_DN with LDAP_BIND_PASSWORD');

  return async (server: LdapServer, connection: LdapConnection): Promise<void> => {
    if (accountDn === undefined) return;
    const { password } = secrets();
    const last = refused.get(server);
    if (last?.password === password && last.until > performance.now()) throw fault();
    const { code } = await connection.bind(accountDn, password);
    if (code === 0) return;
    if (code !== 49) throw faultOfCode(code);
    refused.set(server, { password, until: performance.now() + refusedMs });
    throw fault();
  };
}

function closedWhenIdle(connection: LdapConnection): LdapConnection {
  const idle = setTimeout(() => connection.close(), idleMs).unref();
  return {
    ...connection,
    search(base, options) {
      idle.refresh();
      return connection.search(base, options);
    },
    close() {
      clearTimeout(idle);
      connection.close();
    },
  };
}
