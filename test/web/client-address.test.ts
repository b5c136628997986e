import { describe, expect, test } from '@jest/globals';
import { bareAddress, forwardedAddresses, networksOf } from '../../src/web/client-address.ts';

describe('an address', () => {
  test.each([
    ['192.0.2.1', '192.0.2.1'],
    [' 192.0.2.1 ', '192.0.2.1'],
    ['192.0.2.1:40001', '192.0.2.1'],
    ['"192.0.2.1:40001"', '192.0.2.1'],
    ['::ffff:192.0.2.1', '192.0.2.1'],
    ['::FFFF:c000:201', '192.0.2.1'],
    ['[::ffff:192.0.2.1]:80', '192.0.2.1'],
    ['[2001:db8::1]:443', '2001:db8::1'],
    ['[2001:db8::1]', '2001:db8::1'],
    ['2001:0DB8:0::0001', '2001:db8::1'],
    ['fe80::1%eth0', 'fe80::1'],
    ['[fe80::1%eth0]:443', 'fe80::1'],
    ['::1', '::1'],
    ['64:ff9b::192.0.2.1', '192.0.2.1'],
    ['64:ff9b::1', '0.0.0.1'],
    ['64:ff9b::c000:0', '192.0.0.0'],
    ['[64:FF9B:0::c000:201]:443', '192.0.2.1'],
    ['::ffff:0:192.0.2.1', '192.0.2.1'],
    ['64:ff9b:1::c000:201', '64:ff9b:1::c000:201'],
    ['2002:c000:201::1', '2002:c000:201::1'],
  ])('%j is %s', (text, address) => {
    expect(bareAddress(text)).toBe(address);
  });

  test.each([
    '',
    'unknown',
    '_hidden',
    '999.1.1.1',
    '1.2.3',
    '1.2.3.4.5',
    '192.0.2.1:http',
    '[192.0.2.1',
    '[]:443',
    ':::',
    '1.2.3.4, 5.6.7.8',
    'login.example.org:443',
  ])('is not %j', (text) => {
    expect(bareAddress(text)).toBeUndefined();
  });
});

test('of a proxy are read from the end: what a browser put before them costs no time', () => {
  const forwarded = (text: string) => {
    const req = { headers: { 'x-forwarded-for': text } };
    void forwardedAddresses(req as never, {} as never, () => undefined);
    return req.headers['x-forwarded-for'].split(',');
  };
  expect(forwarded('203.0.113.5:1, unix:, [2001:db8::1]:443')).toEqual([
    '203.0.113.5',
    'unknown',
    '2001:db8::1',
  ]);
  for (const junk of ['::1,', '1.2.3.4,', '[::1]:443,']) {
    const read = forwarded(`${junk.repeat(8_000)}203.0.113.5,10.0.0.1`);
    expect(read.length).toBeLessThanOrEqual(32);
    expect(read.slice(-2)).toEqual(['203.0.113.5', '10.0.0.1']);
  }
});

describe('the networks', () => {
  test.each([
    ['192.0.2.1', ['192.0.2.1']],
    ['', ['']],
    ['::1', ['0:0:0:0::/64', '0:0:0:0::/56', '0:0:0::/48']],
    [
      '2001:db8:1:23ff:3:4:5:6',
      ['2001:db8:1:23ff::/64', '2001:db8:1:2300::/56', '2001:db8:1::/48'],
    ],
    ['2001:db8:1::2:3:4:5', ['2001:db8:1:0::/64', '2001:db8:1:0::/56', '2001:db8:1::/48']],
    ['1:0:3:4:5:6:7:8', ['1:0:3:4::/64', '1:0:3:0::/56', '1:0:3::/48']],
  ])('of %j are %j', (address, networks) => {
    expect(networksOf(address)).toEqual(networks);
  });
});
