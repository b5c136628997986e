/** Spans by OpenTelemetry. Nothing of it is global: no library is patched, and no other may join in unasked. */
import {
  createTraceState,
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  trace,
  type Context,
  type Span,
} from '@opentelemetry/api';
import { defaultResource, resourceFromAttributes } from '@opentelemetry/resources';
import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  BasicTracerProvider,
  BatchSpanProcessor,
  ParentBasedSampler,
  TraceIdRatioBasedSampler,
  type Sampler,
} from '@opentelemetry/sdk-trace-base';
import type { Writer } from '../writer.ts';
import { current, within } from '../web/current-request.ts';
import type { TraceContext } from '../web/trace-context.ts';
import type { TracerLog } from './open-tracer.ts';
import { createSpanExporter } from './span-exporter.ts';
import type { Served, SpanAbout, Tracer } from './tracer.ts';
import type { TracingConfig } from './tracing-settings.ts';

/** Whoever stops a process waits so long for its last spans. */
const flushWithinMs = 1_500;

export function createTracer(
  config: TracingConfig,
  { writer, baseUrl, log }: { writer: Writer; baseUrl: string; log: TracerLog },
): Tracer {
  const provider = new BasicTracerProvider({
    resource: resourceOf(config, writer),
    sampler: samplerOf(config),
    spanProcessors: [new BatchSpanProcessor(createSpanExporter(config, log), { ...config.batch })],
  });
  const spans = provider.getTracer('portico', writer.version);
  const { hostname, port, protocol } = new URL(baseUrl);
  const scheme = protocol.slice(0, -1);
  const home = {
    'url.scheme': scheme,
    'server.address': hostname,
    'server.port': Number(port) || (scheme === 'https' ? 443 : 80),
  };

  return {
    isOn: true,
    span({ name, kind, attributes = {} }: SpanAbout, run) {
      const found = current();
      if (!found?.trace) return run(() => undefined);
      const options = {
        kind: kind === 'client' ? SpanKind.CLIENT : SpanKind.INTERNAL,
        attributes: { ...attributes },
      };
      const span = spans.startSpan(name, options, contextOf(found.trace, false));
      const inside = { request: found.request, trace: placeOf(span, found.trace) };
      return ended(span, () => within(inside, () => run((more) => void span.setAttributes(more))));
    },
    serve({ method: given, httpVersion, id }, parent): Served {
      const method = knownMethod(given);
      const options = {
        kind: SpanKind.SERVER,
        attributes: {
          'http.request.method': method,
          'network.protocol.version': httpVersion,
          'portico.request': id,
          ...home,
        },
      };
      const span = spans.startSpan(method, options, contextOf(parent, true));
      return {
        context: placeOf(span, parent),
        end({ path, route, status, isGone }) {
          if (route !== undefined) span.updateName(`${method} ${route}`);
          span.setAttributes({
            'http.response.status_code': status,
            'http.route': route,
            'url.path': path,
            'error.type': isGone ? 'gone' : status >= 500 ? String(status) : undefined,
          });
          if (status >= 500) span.setStatus({ code: SpanStatusCode.ERROR });
          span.end();
        },
      };
    },
    async close() {
      const done = provider.shutdown().then(
        () => true,
        () => true, // the exporter has told
      );
      const tooLate = new Promise<boolean>((resolve) => {
        setTimeout(resolve, flushWithinMs, false).unref();
      });
      if (!(await Promise.race([done, tooLate]))) {
        log.warn({}, 'the last spans could not be sent in time and are lost');
      }
    },
  };
}

/** Ends a span with its work, which may be over at once or later. */
function ended<T>(span: Span, work: () => T): T {
  function fail(error: unknown): void {
    const { kind, code, name } = (error ?? {}) as { kind?: string; code?: string; name?: string };
    span.setAttribute('error.type', kind ?? code ?? name ?? 'unknown');
    // Without its message, which may hold what somebody typed.
    span.setStatus({ code: SpanStatusCode.ERROR });
    span.end();
  }
  try {
    const result = work();
    if (!(result instanceof Promise)) {
      span.end();
      return result;
    }
    return result.then(
      (value: unknown) => {
        span.end();
        return value;
      },
      (error: unknown) => {
        fail(error);
        throw error;
      },
    ) as T;
  } catch (error) {
    fail(error);
    throw error;
  }
}

function contextOf(place: TraceContext | undefined, isRemote: boolean): Context {
  if (!place) return ROOT_CONTEXT;
  const { traceId, spanId, flags: traceFlags, state } = place;
  const known = { traceId, spanId, traceFlags, isRemote };
  return trace.setSpanContext(
    ROOT_CONTEXT,
    state ? { ...known, traceState: createTraceState(state) } : known,
  );
}

/** A span that is not sampled has a place, too: it is passed on, so that nobody else samples it. */
function placeOf(span: Span, parent: TraceContext | undefined): TraceContext {
  const { traceId, spanId, traceFlags: flags } = span.spanContext();
  return { traceId, spanId, flags, state: parent?.state ?? '' };
}

function resourceOf({ attributes }: TracingConfig, { service, version, instance }: Writer) {
  const own = {
    'service.version': version,
    ...attributes,
    'service.name': service,
    'service.instance.id': instance,
  };
  return defaultResource().merge(resourceFromAttributes(own));
}

function samplerOf({ sampler, ratio }: TracingConfig): Sampler {
  const root = sampler.endsWith('always_on')
    ? new AlwaysOnSampler()
    : sampler.endsWith('always_off')
      ? new AlwaysOffSampler()
      : new TraceIdRatioBasedSampler(ratio);
  return sampler.startsWith('parentbased_') ? new ParentBasedSampler({ root }) : root;
}

/** Others would be a name that anybody can choose. */
function knownMethod(method: string): string {
  return /^(GET|HEAD|POST|PUT|DELETE|OPTIONS|PATCH|TRACE|CONNECT)$/.test(method)
    ? method
    : '_OTHER';
}
