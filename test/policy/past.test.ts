/** What the person has answered an app before, with as much of it as an app can make them answer. */
import { describe, expect, test } from '@jest/globals';
import type { ConsentRequest, ConsentSession } from '@portico/hydra-admin';
import { pastOf } from '../../src/policy/past.ts';

const client = { client_id: 'greedy' };
const scopes = Array.from({ length: 100 }, (_, index) => `scope-number-${index}`);

function consent(number: number, more: Partial<ConsentSession> = {}): ConsentSession {
  const request = { challenge: `earlier-${number}`, client, requested_scope: scopes };
  return {
    grant_scope: scopes,
    grant_access_token_audience: [],
    consent_request: request,
    ...more,
  } as unknown as ConsentSession;
}

const asking = (names: string[], audiences: string[] = []) =>
  ({
    challenge: 'now',
    client,
    requested_scope: names,
    requested_access_token_audience: audiences,
  }) as unknown as ConsentRequest;

describe('many scopes in many consents', () => {
  test.each([
    ['in the same second', '2026-01-01T00:00:00Z'],
    ['on a server that tells no times', undefined],
  ])('%s are each read a few times, not once for every other', (_, moment) => {
    let reads = 0;
    const counted = (names: string[]) =>
      new Proxy(names, {
        get(target, member, receiver): unknown {
          if (typeof member === 'string' && /^\d+$/.test(member)) reads += 1;
          return Reflect.get(target, member, receiver);
        },
      });
    const consents = Array.from({ length: 50 }, (_one, number) => {
      const request = { challenge: `e-${number}`, client, requested_scope: counted(scopes) };
      return consent(number, {
        grant_scope: counted(scopes.slice(1)),
        handled_at: moment,
        consent_request: request as unknown as ConsentSession['consent_request'],
      } as Partial<ConsentSession>);
    });
    expect(pastOf(asking(scopes), consents)).toMatchObject({
      allowed: scopes.slice(1),
      leftOff: [scopes[0]],
    });
    expect(reads).toBeGreaterThan(0);
    expect(reads).toBeLessThanOrEqual(50 * scopes.length * 4);
  });
});

test('only what the app asks for now is told', () => {
  const consents = [
    consent(1, { grant_scope: ['a', 'b'], grant_access_token_audience: ['x', 'y'] }),
  ];
  expect(pastOf(asking(['b', 'c', 'scope-number-7'], ['y', 'z']), consents)).toEqual({
    hasConnected: true,
    allowed: ['b'],
    leftOff: ['scope-number-7'],
    audiences: ['y'],
  });
});
