/** The headers `traceparent` and `tracestate` of W3C Trace Context. */

/** Where in a trace something happens. */
export interface TraceContext {
  /** 32 hexadecimal digits. */
  traceId: string;
  /** 16 hexadecimal digits. */
  spanId: string;
  /** Bit 0: it is sampled; bit 1: its id was made by chance. */
  flags: number;
  /** What systems of tracing add for themselves, as it came; empty when there is none. */
  state: string;
}

/** Bit 0 of version 00, and bit 1 of its second edition. Others have no meaning yet and are not sent. */
const knownFlags = 0b11;
const invalidIds = /^0+$/;

/**
 * Reads the two headers strictly (W3C Trace Context, sections 3.2 and 3.3).
 * @param traceparent as Node gives it: one that came twice is not valid
 * @returns `undefined` if `traceparent` is not valid. A `tracestate` that is not valid is dropped alone
 */
export function readTraceContext(
  traceparent: string | undefined,
  tracestate: string | undefined,
): TraceContext | undefined {
  const [, version, traceId = '', spanId = '', flags = '', more] =
    /^([\da-f]{2})-([\da-f]{32})-([\da-f]{16})-([\da-f]{2})(-.*)?$/.exec(traceparent ?? '') ?? [];
  // Later versions may go on after what version 00 has.
  if (version === undefined || version === 'ff' || (version === '00' && more)) return undefined;
  if (invalidIds.test(traceId) || invalidIds.test(spanId)) return undefined;
  return {
    traceId,
    spanId,
    flags: Number.parseInt(flags, 16) & knownFlags,
    state: readState(tracestate ?? ''),
  };
}

/** The value of `traceparent`, in version 00. */
export function traceparentOf({ traceId, spanId, flags }: TraceContext): string {
  return `00-${traceId}-${spanId}-${flags.toString(16).padStart(2, '0')}`;
}

export function isSampled({ flags }: Pick<TraceContext, 'flags'>): boolean {
  return (flags & 1) === 1;
}

/** Section 3.3.1.3.1: a key may name a tenant of a system. */
const key = /^(?:[a-z][a-z\d_\-*/]{0,255}|[a-z\d][a-z\d_\-*/]{0,240}@[a-z][a-z\d_\-*/]{0,13})$/;
/** Section 3.3.1.3.2: printable ASCII without comma and equals sign, and no blank at its end. */
const value = /^[\x20-\x2b\x2d-\x3c\x3e-\x7e]{0,255}[\x21-\x2b\x2d-\x3c\x3e-\x7e]$/;
const mostMembers = 32;
/** Section 3.3.1.5: so much has to be passed on; the long members go first. */
const longestState = 512;
const longMember = 128;

function readState(header: string): string {
  if (header.length > 16 * longestState) return '';
  const members = header.split(',').map((member) => member.replace(/^[ \t]+|[ \t]+$/g, ''));
  const given = members.filter((member) => member !== '');
  const keys = given.map((member) => member.split('=', 1)[0]!);
  const isValid =
    given.length <= mostMembers &&
    new Set(keys).size === given.length &&
    given.every((member, at) => {
      const name = keys[at]!;
      return key.test(name) && value.test(member.slice(name.length + 1));
    });
  return isValid ? shortened(given) : '';
}

function shortened(members: string[]): string {
  const all = members.join(',');
  if (all.length <= longestState) return all;
  const kept = members.filter((member) => member.length <= longMember);
  while (kept.join(',').length > longestState) kept.pop();
  return kept.join(',');
}
