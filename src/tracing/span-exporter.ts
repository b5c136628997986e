/** Where spans go: a collector, by OTLP over HTTP. */
import { readFileSync } from 'node:fs';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import type { SpanExporter } from '@opentelemetry/sdk-trace-base';
import type { TracerLog } from './open-tracer.ts';
import type { TracingConfig } from './tracing-settings.ts';

const complainEveryMs = 60_000;

/** The library's exporter. When the collector does not take them, the log says so at most once a minute. */
export function createSpanExporter(config: TracingConfig, log: TracerLog): SpanExporter {
  const { url, headers, timeoutMs: timeoutMillis, isCompressed } = config;
  const exporter = new OTLPTraceExporter({
    url,
    headers,
    timeoutMillis,
    compression: (isCompressed ? 'gzip' : 'none') as never, // an enum of the library, with these texts
    httpAgentOptions: { keepAlive: true, ...tlsOf(config) },
  });
  let lost = 0;
  let complainedAt = Number.NEGATIVE_INFINITY;

  function complain(fault: Error): void {
    if (performance.now() - complainedAt < complainEveryMs) return;
    complainedAt = performance.now();
    const { code } = fault as { code?: string | number };
    const reason = code ?? fault.name;
    log.warn({ collector: new URL(url).origin, lost, reason }, 'spans cannot be sent and are lost');
    lost = 0;
  }

  return {
    export(spans, done) {
      exporter.export(spans, (result) => {
        if (result.error) {
          lost += spans.length;
          complain(result.error);
        }
        done(result);
      });
    },
    forceFlush: () => exporter.forceFlush(),
    shutdown: () => exporter.shutdown(),
  };
}

function tlsOf({ caFile, certFile, keyFile }: TracingConfig) {
  return {
    ...(caFile !== undefined && { ca: readFileSync(caFile) }),
    ...(certFile !== undefined && { cert: readFileSync(certFile) }),
    ...(keyFile !== undefined && { key: readFileSync(keyFile) }),
  };
}
