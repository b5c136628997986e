import { describe, expect, test } from '@jest/globals';
import { readTraceContext, traceparentOf } from '../../src/web/trace-context.ts';

const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';
const spanId = '00f067aa0ba902b7';
const valid = `00-${traceId}-${spanId}-01`;

describe('traceparent', () => {
  test.each([
    [valid, 1],
    [`00-${traceId}-${spanId}-00`, 0],
    [`00-${traceId}-${spanId}-03`, 3],
    [`00-${traceId}-${spanId}-ff`, 3], // what has no meaning yet is not passed on
    [`cc-${traceId}-${spanId}-01`, 1],
    [`cc-${traceId}-${spanId}-01-what-the-future-brings`, 1],
  ])('%s is read', (header, flags) => {
    expect(readTraceContext(header, undefined)).toEqual({ traceId, spanId, flags, state: '' });
  });

  test.each([
    undefined,
    '',
    `ff-${traceId}-${spanId}-01`,
    `00-${traceId}-${spanId}-01-more`,
    `00-${traceId}-${spanId}-01-`,
    `cc-${traceId}-${spanId}-01.more`,
    `00-${'0'.repeat(32)}-${spanId}-01`,
    `00-${traceId}-${'0'.repeat(16)}-01`,
    `00-${traceId.toUpperCase()}-${spanId}-01`,
    `00-${traceId}-${spanId}-1`,
    `00-${traceId}-${spanId}`,
    `0-${traceId}-${spanId}-01`,
    ` ${valid}`,
    `${valid}\n`,
    `${valid}, ${valid}`,
    `00-${traceId.slice(1)}-${spanId}-01`,
    `00_${traceId}_${spanId}_01`,
    `00-${traceId.replace('4', "'")}-${spanId}-01`,
  ])('%j is not valid', (header) => {
    expect(readTraceContext(header, 'a=1')).toBeUndefined();
  });

  test('is written as it was read', () => {
    expect(traceparentOf(readTraceContext(valid, undefined)!)).toBe(valid);
  });
});

describe('tracestate', () => {
  const stateOf = (header: string) => readTraceContext(valid, header)?.state;

  test.each([
    ['a=1', 'a=1'],
    ['rojo=00f067aa0ba902b7,congo=t61rcWkgMzE', 'rojo=00f067aa0ba902b7,congo=t61rcWkgMzE'],
    [' a=1 ,\t, b=2,', 'a=1,b=2'],
    ['1tenant@sys=x', '1tenant@sys=x'],
    ['a_-*/z= x y', 'a_-*/z= x y'],
    [`a=${'x'.repeat(256)}`, `a=${'x'.repeat(256)}`],
  ])('%j is read', (header, state) => expect(stateOf(header)).toBe(state));

  test.each([
    'a',
    'a=',
    '=1',
    'A=1',
    '1a=1',
    'a=1,a=2',
    'a@=1',
    'a@b@c=1',
    'a=b=c',
    'a=ü',
    `a=${'x'.repeat(257)}`,
    `${'k'.repeat(257)}=1`,
    Array.from({ length: 33 }, (_, at) => `k${at}=1`).join(','),
    `a=1,${' '.repeat(10_000)}`,
  ])('%j is dropped, the trace is not', (header) => expect(stateOf(header)).toBe(''));

  test('loses long members first, then the last ones, until it has 512 characters', () => {
    const member = (name: string, length: number) => `${name}=${'x'.repeat(length - 2)}`;
    const long = member('l', 200);
    const short = ['a', 'b', 'c', 'd', 'e'].map((name) => member(name, 120));
    expect(stateOf([short[0]!, long, ...short.slice(1)].join(','))).toBe(
      short.slice(0, 4).join(','),
    );
  });
});
