/** Operations 16, 18 and 21, and `/health/ready`: the server itself. */
import { expect } from '@jest/globals';
import { expectNoRoute } from '../expectations.ts';
import { differs, everywhere, holds, promised, since2, unseen, type Check } from '../promise.ts';
import type { Trial } from '../trial.ts';

const oneOfMany = unseen('one address does not show how many servers are behind it');

/** @param parameters of the content type, beside the usual ones */
const textFormat =
  (parameters: string): Check =>
  async (trial) => {
    const { headers, text } = await trial.admin('GET', '/metrics/prometheus');
    const usual = 'text/plain; version=0.0.4; charset=utf-8';
    expect(headers.get('content-type')).toBe(usual + parameters);
    expect(text).toMatch(/^# (HELP|TYPE) /m);
  };

/** Without `X-Forwarded-Proto`, and with it. */
const needsNoHeader =
  (path: string): Check =>
  async (trial) => {
    for (const headers of [{}, { 'x-forwarded-proto': 'http' }, { 'x-forwarded-proto': 'https' }]) {
      expect((await trial.send(`${trial.adminUrl}${path}`, { headers })).status).toBe(200);
    }
  };

const behindTls = (what: string) =>
  unseen(`only a server behind a proxy that ends TLS can show it; there ${what}`);

const hasMetrics = async (trial: Trial, path: string): Promise<void> => {
  const { status, text } = await trial.bare('GET', path);
  expect(status).toBe(200);
  expect(text).toMatch(/^# TYPE /m);
};

export const instance = [
  promised(
    'S16.a',
    'reports its version; a build from source reports `master`',
    everywhere(
      holds(async (trial) => {
        const { status, body } = await trial.bare('GET', '/version');
        expect(status).toBe(200);
        expect(Object.keys(body)).toEqual(['version']);
        expect(body.version).toMatch(/^(v?\d+\.\d+\.\d+.*|master)$/);
        expect(await trial.hydra.server.version()).toBe(body.version);
      }),
    ),
  ),
  promised(
    'S16.b',
    'reports its version also without `X-Forwarded-Proto`',
    since2(behindTls('the answer is 502'), holds(needsNoHeader('/version'))),
  ),
  promised('S16.c', 'the version is that of one server of several', everywhere(oneOfMany)),
  promised(
    'S18.a',
    'is alive as long as the process answers',
    everywhere(
      holds(async (trial) => {
        const { status, body } = await trial.bare('GET', '/health/alive');
        expect({ status, body }).toEqual({ status: 200, body: { status: 'ok' } });
        expect(await trial.hydra.server.alive()).toBe(true);
      }),
    ),
  ),
  promised(
    'S18.b',
    'being alive does not mean that the database is available',
    everywhere(unseen('only a server without its database can show it')),
  ),
  promised(
    'S18.c',
    'reports that it is alive also without `X-Forwarded-Proto`',
    since2(behindTls('the answer is 200, too'), holds(needsNoHeader('/health/alive'))),
  ),
  promised('S18.d', 'being alive concerns one server of several', everywhere(oneOfMany)),
  promised(
    'S21.a',
    'shows metrics',
    everywhere(
      holds(async (trial) => {
        const { status, text } = await trial.admin('GET', '/metrics/prometheus');
        expect(status).toBe(200);
        expect(text).toMatch(/^\w+(\{.*\})? [\d.e+-]+$/m);
        expect(await trial.hydra.server.metrics()).toMatch(/^# TYPE \w+ \w+$/m);
      }),
    ),
  ),
  promised('S21.b', 'metrics are at /metrics/prometheus of the admin port', {
    '1.11': holds((trial) => hasMetrics(trial, '/metrics/prometheus')),
    '2.3': differs('below /admin', async (trial) => {
      await hasMetrics(trial, '/admin/metrics/prometheus');
      expectNoRoute(await trial.bare('GET', '/metrics/prometheus'));
    }),
    '26.2': holds(async (trial) => {
      await hasMetrics(trial, '/metrics/prometheus');
      await hasMetrics(trial, '/admin/metrics/prometheus');
    }),
  }),
  promised('S21.c', 'the metrics have an empty body', {
    '1.11': differs('text in the format of Prometheus', textFormat('')),
    '2.3': differs('text in the format of Prometheus', textFormat('; escaping=values')),
    '26.2': differs('text in the format of Prometheus', textFormat('; escaping=underscores')),
  }),
  promised(
    'E1',
    'is ready when it can do its work',
    everywhere(
      holds(async (trial) => {
        const { status, body } = await trial.bare('GET', '/health/ready');
        expect({ status, body }).toEqual({ status: 200, body: { status: 'ok' } });
        expect((await trial.atPublic('GET', '/health/ready')).status).toBe(200);
        expect(await trial.hydra.server.ready()).toBe(true);
      }),
    ),
  ),
];
