import { durationOf, nanosecondsIn } from '../oauth2/duration.ts';
import { clientShape, lifespanShape, type ClientBody } from './client-record.ts';
import { decode, DecodeError, type Decoded } from './decode.ts';
import { keysIn } from './key-body.ts';

export type Lifespans = Decoded<typeof lifespanShape>;

/**
 * What a body says of a client.
 * @throws DecodeError
 */
export function decodeClient(text: string): ClientBody {
  const body = decode(clientShape, text);
  keysIn(body.jwks?.['keys'] ?? null);
  return { ...body, ...decodeLifespans(text) };
}

/**
 * What a body says of lifespans, as they are shown again: `90m` is `1h30m0s`.
 * @throws DecodeError
 */
export function decodeLifespans(text: string): Lifespans {
  const lifespans = Object.entries(decode(lifespanShape, text)).map(([name, value]) => {
    const nanoseconds = nanosecondsIn(value);
    if (nanoseconds === undefined) throw new DecodeError(`"${value}" is no duration.`);
    return [name, durationOf(nanoseconds)];
  });
  return Object.fromEntries(lifespans);
}
