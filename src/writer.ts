/** Who writes lines of the log, and sends spans: what they call this process. */
import type { Environment } from '@portico/settings';
import { instance } from './instance.ts';
import { release } from './release.ts';
import { readPairs } from './tracing/pairs.ts';

export interface Writer {
  service: string;
  version: string;
  instance: string;
}

/** Members of every line of the log. A name and an instance of yours come from OpenTelemetry's variables. */
export function writerOf(env: Environment): Writer {
  const attributes = readPairs(env['OTEL_RESOURCE_ATTRIBUTES']?.trim() ?? '') ?? {};
  return {
    service: env['OTEL_SERVICE_NAME']?.trim() || attributes['service.name'] || 'portico',
    version: release.version,
    instance: attributes['service.instance.id'] || instance.id,
  };
}
