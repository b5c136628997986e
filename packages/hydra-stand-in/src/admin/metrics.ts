import { Router } from 'express';
import type { Context } from '../oauth2/context.ts';
import { serve } from './answer.ts';

/** A snapshot in the text format of Prometheus. */
export function metricsRoutes({ profile, records }: Context): Router {
  const router = Router();
  serve(router, '/metrics/prometheus', {
    get(_req, res) {
      const gauges = {
        process_resident_memory_bytes: ['Resident memory in bytes.', process.memoryUsage.rss()],
        process_uptime_seconds: ['Seconds since the start.', process.uptime()],
        stand_in_clients: ['Registered clients.', records.clients.size],
        stand_in_access_tokens: ['Access tokens in memory.', records.accessTokens.size],
      } as const;
      const lines = Object.entries(gauges).map(
        ([name, [help, value]]) =>
          `# HELP ${name} ${help}\n# TYPE ${name} gauge\n${name} ${value}\n`,
      );
      res.writeHead(200, { 'content-type': profile.metricsType }).end(lines.join(''));
    },
  });
  return router;
}
