import type { Request, Response } from 'express';
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { createAddressWatch } from '../../src/limits/address-watch.ts';

/** The site's log, and requests that come to it: `ip` is the address as TRUST_PROXY tells. */
function createSite() {
  const warn = jest.fn();
  const { watch, report } = createAddressWatch({ warn } as never);
  const come = (forwarded: string | undefined, ip: string) => {
    const next = jest.fn();
    const headers = forwarded === undefined ? {} : { 'x-forwarded-for': forwarded };
    void watch({ headers, ip } as unknown as Request, {} as Response, next);
    expect(next).toHaveBeenCalledTimes(1);
  };
  return { warn, report, come };
}

beforeEach(() => {
  jest.useFakeTimers();
});
afterEach(() => {
  jest.useRealTimers();
});

describe('the watch over addresses', () => {
  test('warns when proxies name many browsers and all count as one address', () => {
    const { warn, report, come } = createSite();
    for (let i = 0; i < 20; i++) come(`198.51.100.${i}, 10.0.0.2`, '10.0.0.2');
    expect(warn.mock.calls).toEqual([
      [
        { address: '10.0.0.2', setting: 'TRUST_PROXY' },
        'all browsers seem to come from one address: does TRUST_PROXY name every proxy in front?',
      ],
    ]);
    expect(report()).toEqual({ named: 20, counted: 1 });
  });

  test('warns once in an hour', () => {
    const { warn, come } = createSite();
    const crowd = () => {
      for (let i = 0; i < 60; i++) come(`198.51.100.${i}, 10.0.0.2`, '10.0.0.2');
    };
    crowd();
    jest.advanceTimersByTime(59 * 60_000);
    crowd();
    expect(warn).toHaveBeenCalledTimes(1);
    jest.advanceTimersByTime(60_000);
    crowd();
    expect(warn).toHaveBeenCalledTimes(2);
  });

  test('keeps little, also when one name comes from many addresses', () => {
    const { warn, report, come } = createSite();
    let most = 0;
    for (let i = 0; i < 1_000; i++) {
      come('10.0.0.1', `2001:db8::${i.toString(16)}`);
      most = Math.max(most, report().counted);
    }
    expect(most).toBe(20);
    expect(warn).not.toHaveBeenCalled();
  });

  test('says nothing where each browser has its own address, or all are one browser', () => {
    const { warn, report, come } = createSite();
    for (let i = 0; i < 20; i++) come(`198.51.100.${i}`, `198.51.100.${i}`);
    expect(report()).toEqual({ named: 20, counted: 20 });
    for (let i = 0; i < 100; i++) come('198.51.100.1', '198.51.100.1');
    for (let i = 0; i < 100; i++) come(undefined, '10.0.0.2');
    expect(warn).not.toHaveBeenCalled();
  });
});
