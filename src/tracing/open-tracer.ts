import type { Writer } from '../writer.ts';
import { noTracer, type Tracer } from './tracer.ts';
import type { TracingConfig } from './tracing-settings.ts';

export interface TracerLog {
  warn(details: object, message: string): void;
}

/** Opens what makes and sends spans: the library is loaded only when traces are wanted. */
export async function openTracer(
  config: TracingConfig | undefined,
  about: { writer: Writer; baseUrl: string; log: TracerLog },
): Promise<Tracer> {
  if (!config) return noTracer;
  const { createTracer } = await import('./opentelemetry.ts');
  return createTracer(config, about);
}
