/** What Portico asks of others: the OAuth2 server, the user stores, the database. */
import type { Connections, QueryReport } from '@portico/database';
import type { HydraCall, HydraErrorKind } from '@portico/hydra-admin';
import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import { IdentityError, type Identity, type Way } from '../identity/backend.ts';

const buckets = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5];

/** Those of screens and health checks; a further one of a fork appears when it is first called. */
const operations = [
  'login.get',
  'login.accept',
  'login.reject',
  'consent.get',
  'consent.accept',
  'consent.reject',
  'consentSessions.list',
  'logout.get',
  'logout.accept',
  'logout.reject',
  'device.accept',
  'loginSessions.revoke',
  'server.ready',
  'server.detect',
];
const codes = [
  '200',
  '204',
  '400',
  '401',
  '403',
  '404',
  '409',
  '410',
  '429',
  '500',
  '502',
  '503',
  '504',
];
const noAnswers: HydraErrorKind[] = ['down', 'slow', 'nonsense', 'unsupported'];
const other = 'other';
const statuses = new Set<string>([...codes, ...noAnswers, other]);

export function createAdminMetrics(registers: Registry[]) {
  const calls = new Counter({
    name: 'portico_admin_calls_total',
    help: 'Calls of the admin API, by operation and status; without a good answer, by what was wrong',
    labelNames: ['operation', 'status'],
    registers,
  });
  const seconds = new Histogram({
    name: 'portico_admin_call_duration_seconds',
    help: 'How long calls of the admin API took',
    labelNames: ['operation'],
    buckets,
    registers,
  });
  for (const operation of operations) {
    for (const status of statuses) calls.inc({ operation, status }, 0);
    seconds.zero({ operation });
  }

  return {
    called: ({ operation, status: code, kind, ms }: HydraCall): void => {
      // A malformed answer may have a good status.
      const status = code === undefined || (kind && code < 400) ? (kind ?? other) : String(code);
      calls.inc({ operation, status: statuses.has(status) ? status : other });
      seconds.observe({ operation }, ms / 1000);
    },
  };
}

const storeResults = ['ok', 'refused', 'unknown', 'down', 'busy', 'failed'] as const;
type StoreResult = (typeof storeResults)[number];

/** What each can end in beside `down` and `failed`. */
const storeOperations = {
  verify: ['ok', 'refused', 'busy'],
  find: ['ok', 'unknown'],
} as const satisfies Record<string, readonly StoreResult[]>;
const wayOperations = {
  begin: ['ok'],
  finish: ['ok', 'refused'],
  sign_out: ['ok', 'unknown'],
} as const satisfies Record<string, readonly StoreResult[]>;
type StoreOperation = keyof typeof storeOperations | keyof typeof wayOperations;

export function createStoreMetrics(registers: Registry[]) {
  const labelNames = ['store', 'operation'] as const;
  const calls = new Counter({
    name: 'portico_user_store_calls_total',
    help: 'What user stores were asked, by operation and result',
    labelNames: [...labelNames, 'result'],
    registers,
  });
  const seconds = new Histogram({
    name: 'portico_user_store_call_duration_seconds',
    help: 'How long user stores took; verify includes the wait for a check of the password',
    labelNames,
    buckets,
    registers,
  });

  /** @param resultOf of what it was answered */
  async function measure<T>(
    { store, operation }: { store: string; operation: StoreOperation },
    ask: () => Promise<T>,
    resultOf: (answer: T) => StoreResult,
  ): Promise<T> {
    const startedAt = performance.now();
    let result: StoreResult = 'failed';
    try {
      const answer = await ask();
      result = resultOf(answer);
      return answer;
    } catch (error) {
      if (error instanceof IdentityError) result = error.kind;
      throw error;
    } finally {
      calls.inc({ store, operation, result });
      seconds.observe({ store, operation }, (performance.now() - startedAt) / 1000);
    }
  }

  function expect(store: string, all: Readonly<Record<string, readonly StoreResult[]>>): void {
    for (const [operation, results] of Object.entries(all)) {
      const possible = [...results, 'down', 'failed'];
      for (const result of possible) calls.inc({ store, operation, result }, 0);
      seconds.zero({ store, operation });
    }
  }

  function measuredWay(store: string, way: Way): Way {
    return {
      id: way.id,
      name: way.name,
      ...(way.icon !== undefined && { icon: way.icon }),
      begin: (wish) =>
        measure(
          { store, operation: 'begin' },
          () => way.begin(wish),
          () => 'ok',
        ),
      finish: (address, departed) =>
        measure(
          { store, operation: 'finish' },
          () => way.finish(address, departed),
          (arrival) => ('user' in arrival ? 'ok' : 'refused'),
        ),
      ...(way.signOut && {
        signOut: (leaving: Parameters<NonNullable<Way['signOut']>>[0]) =>
          measure(
            { store, operation: 'sign_out' },
            () => way.signOut!(leaving),
            (target) => (target === undefined ? 'unknown' : 'ok'),
          ),
      }),
    };
  }

  return {
    /** @returns the same user store, measured */
    measured: (store: string, identity: Identity): Identity => {
      expect(store, storeOperations);
      if (identity.ways) expect(store, wayOperations);
      return {
        ...identity,
        verify: (login, password, origin) =>
          measure(
            { store, operation: 'verify' },
            () => identity.verify(login, password, origin),
            (found) => ('user' in found ? 'ok' : 'refused'),
          ),
        find: (subject) =>
          measure(
            { store, operation: 'find' },
            () => identity.find(subject),
            (user) => (user ? 'ok' : 'unknown'),
          ),
        ...(identity.ways && { ways: identity.ways.map((way) => measuredWay(store, way)) }),
        hasUsernames: () => identity.hasUsernames(),
        ready: () => identity.ready(),
        close: () => identity.close(),
      };
    },
  };
}

const queryOperations: QueryReport['operation'][] = [
  'connect',
  'select',
  'insert',
  'update',
  'delete',
  'transaction',
  'other',
];
const queryResults: QueryReport['result'][] = ['ok', 'away', 'failed'];

export function createDatabaseMetrics(registers: Registry[]) {
  const queries = new Counter({
    name: 'portico_database_queries_total',
    help: 'Queries of the database of DATABASE_URL, by operation and result',
    labelNames: ['operation', 'result'],
    registers,
  });
  const seconds = new Histogram({
    name: 'portico_database_query_duration_seconds',
    help: 'How long they took; connect is the wait for a connection',
    labelNames: ['operation'],
    buckets,
    registers,
  });

  return {
    queried: ({ operation, result, ms }: QueryReport): void => {
      queries.inc({ operation, result });
      seconds.observe({ operation }, ms / 1000);
    },

    expect(connections: () => Connections): void {
      for (const operation of queryOperations) {
        for (const result of queryResults) queries.inc({ operation, result }, 0);
        seconds.zero({ operation });
      }
      const gauge = new Gauge({
        name: 'portico_database_connections',
        help: 'Connections to the database that are in use and idle, and queries that wait for one',
        labelNames: ['state'],
        registers,
        collect() {
          for (const [state, count] of Object.entries(connections())) gauge.set({ state }, count);
        },
      });
    },
  };
}
