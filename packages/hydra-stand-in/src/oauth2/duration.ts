const nanosecondsOf: Record<string, number> = {
  ns: 1,
  us: 1e3,
  µs: 1e3,
  μs: 1e3,
  ms: 1e6,
  s: 1e9,
  m: 60e9,
  h: 3600e9,
};
const form = /^[+-]?(0|((\d+\.?\d*|\.\d+)(ns|us|µs|μs|ms|s|m|h))+)$/;
const part = /([\d.]+)([a-zµμ]+)/g;

/**
 * A duration as Go writes it, such as `1h30m0s`.
 * @returns nanoseconds; `undefined` when it is none: a number needs its unit
 */
export function nanosecondsIn(duration: string): number | undefined {
  if (!form.test(duration)) return undefined;
  const parts = [...duration.matchAll(part)];
  const sum = parts.reduce(
    (total, [, count, unit = '']) => total + Number(count) * (nanosecondsOf[unit] ?? 0),
    0,
  );
  return Math.round(duration.startsWith('-') ? -sum : sum);
}

/** Nanoseconds in the one form that Go writes them in: no more than a second in a small unit alone. */
export function durationOf(nanoseconds: number): string {
  if (nanoseconds < 0) return `-${durationOf(-nanoseconds)}`;
  if (nanoseconds === 0) return '0s';
  const small = ['ns', 'µs', 'ms'].find((unit) => nanoseconds < (nanosecondsOf[unit] ?? 0) * 1000);
  if (small) return `${nanoseconds / (nanosecondsOf[small] ?? 1)}${small}`;
  const minutes = Math.floor(nanoseconds / 60e9);
  const seconds = `${(nanoseconds - minutes * 60e9) / 1e9}s`;
  if (minutes === 0) return seconds;
  const hours = Math.floor(minutes / 60);
  return hours > 0 ? `${hours}h${minutes % 60}m${seconds}` : `${minutes}m${seconds}`;
}
