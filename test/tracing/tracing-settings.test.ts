import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { SettingsError } from '@portico/settings';
import { loadConfig } from '../../src/config.ts';
import { tracingOf } from '../../src/tracing/tracing-settings.ts';
import { cookieSecret } from '../support/app.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const folder = temporaryFolder({ 'ca.pem': '', 'users.json': '[]' });
const needed = {
  BASE_URL: 'http://localhost:3000',
  HYDRA_ADMIN_URL: 'http://hydra:4445',
  COOKIE_SECRET: cookieSecret,
  USERS_FILE: `${folder}/users.json`,
};
const collector = { OTEL_EXPORTER_OTLP_ENDPOINT: 'https://collector.example:4318/otlp/' };
const load = (env: Record<string, string>) => loadConfig({ ...needed, ...env });
const tracingWith = (env: Record<string, string>) => load(env).tracing;

function faultsOf(env: Record<string, string>): readonly string[] {
  try {
    load(env);
    return [];
  } catch (error) {
    if (error instanceof SettingsError) return error.faults;
    throw error;
  }
}

test.each([
  ['nothing is set', {}],
  ['the library is switched off', { ...collector, OTEL_SDK_DISABLED: 'TRUE' }],
  ['the exporter is none', { ...collector, OTEL_TRACES_EXPORTER: 'none' }],
  ['the endpoint is empty', { OTEL_EXPORTER_OTLP_ENDPOINT: ' ' }],
  ['only a sampler is set, even a wrong one', { OTEL_TRACES_SAMPLER: 'sometimes' }],
])('there are no traces when %s', (_when, env) => {
  expect(tracingWith(env)).toBeUndefined();
});

test('docs/watch.md names all variables that are read, and no others', () => {
  const page = readFileSync('docs/watch.md', 'utf8');
  const told = new Set(page.match(/\bOTEL_[A-Z_]+[A-Z]\b/g));
  const read = Object.keys(tracingOf(collector).settings);
  const general = read.filter((name) => !name.startsWith('OTEL_EXPORTER_OTLP_TRACES_'));
  const apart = ['OTEL_EXPORTER_OTLP_TRACES', 'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT'];
  const switches = ['OTEL_SDK_DISABLED', 'OTEL_EXPORTER_OTLP_HEADERS_FILE'];
  expect([...told].toSorted()).toEqual(
    [...general, ...apart, ...switches]
      .filter((name) => told.has(name) || general.includes(name))
      .toSorted(),
  );
});

test('where traces go', () => {
  expect(tracingWith(collector)?.url).toBe('https://collector.example:4318/otlp/v1/traces');
  expect(tracingWith({ OTEL_TRACES_EXPORTER: 'otlp' })?.url).toBe(
    'http://localhost:4318/v1/traces',
  );
  const own = { OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'http://traces.example/in' };
  expect(tracingWith({ ...collector, ...own })?.url).toBe('http://traces.example/in');
});

test('what is said for traces alone counts more, and headers are joined', () => {
  const tracing = tracingWith({
    ...collector,
    OTEL_EXPORTER_OTLP_TIMEOUT: '100',
    OTEL_EXPORTER_OTLP_TRACES_TIMEOUT: '200',
    OTEL_EXPORTER_OTLP_COMPRESSION: 'gzip',
    OTEL_EXPORTER_OTLP_TRACES_COMPRESSION: 'none',
    OTEL_EXPORTER_OTLP_HEADERS: 'a=1,b=two%20words',
    OTEL_EXPORTER_OTLP_TRACES_HEADERS: 'a=2',
    OTEL_EXPORTER_OTLP_CERTIFICATE: `${folder}/ca.pem`,
    OTEL_TRACES_SAMPLER: 'traceidratio',
    OTEL_TRACES_SAMPLER_ARG: '0.25',
    OTEL_BSP_MAX_QUEUE_SIZE: '10',
  });
  expect(tracing).toMatchObject({
    timeoutMs: 200,
    isCompressed: false,
    headers: { a: '2', b: 'two words' },
    caFile: `${folder}/ca.pem`,
    sampler: 'traceidratio',
    ratio: 0.25,
    batch: { maxQueueSize: 10, scheduledDelayMillis: 5000 },
  });
});

describe('is a fault at start, in the list with the others:', () => {
  test.each([
    ['OTEL_EXPORTER_OTLP_ENDPOINT', 'collector:4318'],
    ['OTEL_EXPORTER_OTLP_PROTOCOL', 'grpc'],
    ['OTEL_EXPORTER_OTLP_TRACES_PROTOCOL', 'http/json'],
    ['OTEL_EXPORTER_OTLP_HEADERS', 'sesame'],
    ['OTEL_EXPORTER_OTLP_TIMEOUT', '0'],
    ['OTEL_EXPORTER_OTLP_COMPRESSION', 'zip'],
    ['OTEL_EXPORTER_OTLP_CERTIFICATE', '/nowhere.pem'],
    ['OTEL_TRACES_EXPORTER', 'console'],
    ['OTEL_TRACES_SAMPLER', 'sometimes'],
    ['OTEL_TRACES_SAMPLER_ARG', '1.5'],
    ['OTEL_RESOURCE_ATTRIBUTES', 'a=%'],
    ['OTEL_BSP_SCHEDULE_DELAY', 'soon'],
  ])('%s=%s', (name, value) => {
    const faults = faultsOf({ ...collector, PORT: 'eighty', [name]: value });
    expect(faults).toEqual([
      expect.stringContaining('PORT is'),
      expect.stringMatching(`^${name} is .*It must be `),
    ]);
    expect(String(faults)).not.toContain('sesame');
  });

  test('a certificate without its key', () => {
    const half = { OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE: `${folder}/ca.pem` };
    expect(faultsOf({ ...collector, ...half })).toEqual([
      expect.stringContaining('OTEL_EXPORTER_OTLP_CLIENT_KEY go together'),
    ]);
  });
});

test('the protocol that Portico does not speak is named with what to set', () => {
  const [fault] = faultsOf({ ...collector, OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' });
  expect(fault).toContain('http/protobuf');
  expect(fault).toContain('4318');
});

test('propagators that are not spoken are warned of', () => {
  expect(load({ ...collector, OTEL_PROPAGATORS: 'tracecontext, baggage' }).warnings).toEqual([]);
  expect(load({ ...collector, OTEL_PROPAGATORS: 'b3' }).warnings).toEqual([
    'OTEL_PROPAGATORS is "b3": Portico takes and passes on tracecontext, and nothing else.',
  ]);
});
