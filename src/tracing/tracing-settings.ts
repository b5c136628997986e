/**
 * OpenTelemetry's own variables, as far as Portico obeys them: its specification says what they mean
 * (opentelemetry.io, "Environment Variable Specification" and "OTLP Exporter Configuration"). They are
 * looked at only where traces are wanted, and then all their faults are told at start.
 */
import { kind, readSettings, setting, SettingsError, type Environment } from '@portico/settings';
import { readPairs } from './pairs.ts';

const httpOnly =
  'http/protobuf: Portico speaks no grpc and no http/json. The address is that of the HTTP port of the collector, usually 4318';

/** Each may also be named for traces alone, which counts more: `OTEL_EXPORTER_OTLP_TRACES_…`. */
const exporterRows = {
  ENDPOINT: setting('an http(s) address', kind.webLink),
  PROTOCOL: setting(httpOnly, kind.oneOf('http/protobuf')),
  HEADERS: setting('name=value, separated by commas, percent-encoded', headerPairs, {
    isSecret: true,
  }),
  TIMEOUT: setting('milliseconds, 1 to 600000', kind.integer(1, 600_000)),
  COMPRESSION: setting('none or gzip', kind.oneOf('none', 'gzip')),
  CERTIFICATE: setting('a readable file of certificates in PEM', kind.readable),
  CLIENT_CERTIFICATE: setting('a readable file with a certificate in PEM', kind.readable),
  CLIENT_KEY: setting('a readable file with a key in PEM', kind.readable),
};
type ExporterRows = typeof exporterRows;

const samplers = [
  'always_on',
  'always_off',
  'traceidratio',
  'parentbased_always_on',
  'parentbased_always_off',
  'parentbased_traceidratio',
] as const;

const rows = {
  ...prefixed('OTEL_EXPORTER_OTLP_', exporterRows),
  ...prefixed('OTEL_EXPORTER_OTLP_TRACES_', exporterRows),
  OTEL_TRACES_EXPORTER: setting('otlp or none', kind.oneOf('otlp', 'none')),
  OTEL_TRACES_SAMPLER: setting(samplers.join(', '), kind.oneOf(...samplers), {
    fallback: 'parentbased_always_on',
  }),
  OTEL_TRACES_SAMPLER_ARG: setting('a number from 0 to 1', ratio, { fallback: '1' }),
  OTEL_RESOURCE_ATTRIBUTES: setting('name=value, separated by commas, percent-encoded', readPairs),
  OTEL_SERVICE_NAME: setting('a name', kind.text),
  OTEL_PROPAGATORS: setting('names, separated by commas', kind.text, {
    fallback: 'tracecontext',
    doubt: (text) =>
      /^(\s*(tracecontext|baggage)\s*(,|$))+$/.test(text)
        ? undefined
        : `is "${text}": Portico takes and passes on tracecontext, and nothing else.`,
  }),
  OTEL_BSP_MAX_QUEUE_SIZE: setting('a number, 1 to 100000', kind.integer(1, 100_000), {
    fallback: '2048',
  }),
  OTEL_BSP_MAX_EXPORT_BATCH_SIZE: setting('a number, 1 to 100000', kind.integer(1, 100_000), {
    fallback: '512',
  }),
  OTEL_BSP_SCHEDULE_DELAY: setting('milliseconds, 1 to 600000', kind.integer(1, 600_000), {
    fallback: '5000',
  }),
  OTEL_BSP_EXPORT_TIMEOUT: setting('milliseconds, 1 to 600000', kind.integer(1, 600_000), {
    fallback: '30000',
  }),
};

export type TracingConfig = ReturnType<typeof arrange>;

interface Tracing {
  /** `undefined` when no traces are wanted. */
  config: TracingConfig | undefined;
  faults: readonly string[];
  /** Sentences that name what is correct but does not do what it says. */
  warnings: readonly string[];
  /** The rows that apply. */
  settings: Partial<typeof rows>;
}

/**
 * Reads the variables. Traces are wanted when one of the two endpoints is given, or the exporter `otlp`
 * is named; not with OTEL_SDK_DISABLED=true or OTEL_TRACES_EXPORTER=none.
 */
export function tracingOf(env: Environment): Tracing {
  if (!isWanted(env)) return { config: undefined, faults: [], warnings: [], settings: {} };
  const settings = rows;
  try {
    const { values, warnings } = readSettings(rows, env, ({ ...known }) => keyFaults(known));
    return { config: arrange(values), faults: [], warnings, settings };
  } catch (error) {
    if (error instanceof SettingsError) {
      return { config: undefined, faults: error.faults, warnings: [], settings };
    }
    throw error;
  }
}

function isWanted(env: Environment): boolean {
  const text = (name: string) => env[name]?.trim() ?? '';
  if (/^true$/i.test(text('OTEL_SDK_DISABLED'))) return false;
  const exporter = text('OTEL_TRACES_EXPORTER');
  if (exporter !== '') return exporter !== 'none';
  return ['OTEL_EXPORTER_OTLP_ENDPOINT', 'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT'].some(text);
}

type Values = ReturnType<typeof readSettings<typeof rows>>['values'];

function exporterValue<N extends keyof ExporterRows>(values: Partial<Values>, name: N) {
  type Value = Values[`OTEL_EXPORTER_OTLP_${N}`];
  const all = values as Record<string, unknown>;
  const found = all[`OTEL_EXPORTER_OTLP_TRACES_${name}`] ?? all[`OTEL_EXPORTER_OTLP_${name}`];
  return found as Value;
}

function keyFaults(values: Partial<Values>): string[] {
  const [cert, key] = (['CLIENT_CERTIFICATE', 'CLIENT_KEY'] as const).map((name) =>
    exporterValue(values, name),
  );
  const isPair = (cert === undefined) === (key === undefined);
  return isPair
    ? []
    : ['OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE and OTEL_EXPORTER_OTLP_CLIENT_KEY go together.'];
}

function arrange(values: Values) {
  const general = values.OTEL_EXPORTER_OTLP_ENDPOINT ?? 'http://localhost:4318';
  return {
    url: values.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT ?? `${general.replace(/\/+$/, '')}/v1/traces`,
    headers: {
      ...values.OTEL_EXPORTER_OTLP_HEADERS,
      ...values.OTEL_EXPORTER_OTLP_TRACES_HEADERS,
    },
    timeoutMs: exporterValue(values, 'TIMEOUT') ?? 10_000,
    isCompressed: exporterValue(values, 'COMPRESSION') === 'gzip',
    caFile: exporterValue(values, 'CERTIFICATE'),
    certFile: exporterValue(values, 'CLIENT_CERTIFICATE'),
    keyFile: exporterValue(values, 'CLIENT_KEY'),
    sampler: values.OTEL_TRACES_SAMPLER,
    ratio: values.OTEL_TRACES_SAMPLER_ARG,
    attributes: values.OTEL_RESOURCE_ATTRIBUTES ?? {},
    batch: {
      maxQueueSize: values.OTEL_BSP_MAX_QUEUE_SIZE,
      maxExportBatchSize: values.OTEL_BSP_MAX_EXPORT_BATCH_SIZE,
      scheduledDelayMillis: values.OTEL_BSP_SCHEDULE_DELAY,
      exportTimeoutMillis: values.OTEL_BSP_EXPORT_TIMEOUT,
    },
  };
}

function prefixed<P extends string, R extends object>(prefix: P, own: R): Prefixed<P, R> {
  return Object.fromEntries(
    Object.entries(own).map(([name, row]) => [prefix + name, row as unknown]),
  ) as Prefixed<P, R>;
}

type Prefixed<P extends string, R> = { [N in keyof R & string as `${P}${N}`]: R[N] };

function ratio(text: string): number | undefined {
  const number = /^\d*\.?\d+(e-?\d+)?$/i.test(text) ? Number(text) : Number.NaN;
  return number >= 0 && number <= 1 ? number : undefined;
}

/** Names and values that Node can send. */
function headerPairs(text: string): Record<string, string> | undefined {
  return kind.headers(JSON.stringify(readPairs(text) ?? null));
}
