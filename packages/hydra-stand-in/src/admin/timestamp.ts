/** Whole seconds since 1970 as RFC 3339, without a fraction. */
export function timestamp(seconds: number): string {
  return new Date(seconds * 1000).toISOString().replace('.000Z', 'Z');
}
