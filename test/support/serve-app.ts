import type { RequestListener } from 'node:http';
import { createApp } from '../../src/app.ts';
import { assemble, type Parts } from '../../src/assemble.ts';
import { loadConfig } from '../../src/config.ts';
import { startManagement } from '../../src/management/management.ts';
import { rawHeaders } from '../../src/web/headers.ts';
import type { Output } from '../../src/web/log.ts';
import { createMessageClasses } from '../../src/web/message-classes.ts';
import { startServer } from '../../src/web/server.ts';

export type Settings = Record<string, string | undefined>;
export type LogLine = Record<string, unknown> & { level: number; msg: string };
export type AuditLine = Record<string, unknown> & { time: string; audit: string };

export interface ServedApp {
  /** The port it listens on, at 127.0.0.1. */
  port: number;
  /** The management port, when MANAGEMENT_PORT is set. */
  managementPort: number | undefined;
  parts: Parts;
  /** All lines of the log so far. */
  logs: LogLine[];
  /** All lines of the audit trail so far, unless AUDIT_LOG names a file. */
  audits: AuditLine[];
  close(): Promise<void>;
}

interface Options {
  /** A free one when it is not given. */
  port?: number;
  /** Puts other parts in place, such as an `identity` that counts. */
  change?: (parts: Parts) => Parts;
}

const stopWithinMs = 1_000;

/**
 * Starts the real app on a real port, for every test that needs one. `src/main.ts` composes it in
 * the same way; here the port comes first, because the settings may depend on it.
 * @param settingsAt the whole environment of an app that listens on this port
 */
export async function serveApp(
  settingsAt: (port: number) => Settings | Promise<Settings>,
  { port: wanted = 0, change = (parts) => parts }: Options = {},
): Promise<ServedApp> {
  let listener: RequestListener = (_req, res) => res.writeHead(503).end();
  const headers: Record<string, string> = {};
  const classes = createMessageClasses();
  const server = await startServer((req, res) => listener(req, res), {
    port: wanted,
    host: '127.0.0.1',
    headers,
    classes,
  });
  const { port } = server;
  const logs: LogLine[] = [];
  const audits: AuditLine[] = [];
  try {
    const config = loadConfig(await settingsAt(port));
    const management = config.management && (await startManagement(config, config.management));
    const assembled = await assemble(config, kept(logs, audits), management?.watch);
    const { auditTrail, hydra, database, identity, revocations, state, tracer } = assembled;
    // What a fork puts before the consent has tests of its own, and is in the way of all others.
    const parts = change({ ...assembled, requiredActions: [] });
    const app = createApp(parts);
    classes.belongTo(app);
    listener = management?.attach(app, parts) ?? app;
    management?.opened(server);
    parts.lifecycle.begin();
    Object.assign(headers, rawHeaders(config.web.baseUrl));
    const close = async () => {
      await server.stop(stopWithinMs);
      auditTrail.close();
      revocations.close();
      await Promise.all([hydra.close(), identity.close(), state.close()]);
      await database?.close();
      await tracer.close();
      await management?.close();
    };
    return { port, managementPort: management?.port, parts, logs, audits, close };
  } catch (error) {
    await server.stop(0);
    throw error;
  }
}

/** Lines as production writes them, kept in the place of being written. */
function kept(logs: LogLine[], audits: AuditLine[]): Output {
  return {
    write(text) {
      const line = JSON.parse(text) as LogLine | AuditLine;
      if ('audit' in line) audits.push(line as AuditLine);
      else logs.push(line);
    },
  };
}
