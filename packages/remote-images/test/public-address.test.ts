import { expect, test } from '@jest/globals';
import { isPublicAddress } from '../src/public-address.ts';

test.each([
  '1.1.1.1',
  '8.8.8.8',
  '9.255.255.255',
  '11.0.0.0',
  '100.63.255.255',
  '100.128.0.0',
  '172.15.255.255',
  '172.32.0.0',
  '192.167.255.255',
  '192.169.0.0',
  '223.255.255.255',
  '2606:4700:4700::1111',
  '2a00:1450:4001:80e::200e',
  '2001:200::1',
  '64:ff9b::8.8.8.8',
  '64:ff9b::808:808',
])('%s is public', (address) => expect(isPublicAddress(address)).toBe(true));

test.each([
  '0.0.0.0',
  '0.1.2.3',
  '10.0.0.1',
  '10.255.255.255',
  '100.64.0.1',
  '100.100.100.200',
  '127.0.0.1',
  '127.255.255.254',
  '168.63.129.16',
  '169.254.169.254',
  '172.16.0.1',
  '172.31.255.255',
  '192.0.0.192',
  '192.0.2.1',
  '192.88.99.1',
  '192.168.0.1',
  '198.18.0.1',
  '198.19.255.255',
  '198.51.100.1',
  '203.0.113.1',
  '224.0.0.1',
  '239.255.255.250',
  '240.0.0.1',
  '255.255.255.255',
])('%s is not', (address) => {
  expect(isPublicAddress(address)).toBe(false);
  // the same, hidden in addresses of IPv6
  for (const hidden of [`::ffff:${address}`, `::${address}`, `64:ff9b::${address}`]) {
    expect([hidden, isPublicAddress(hidden)]).toEqual([hidden, false]);
  }
});

test.each([
  ['unspecified', '::'],
  ['loopback', '::1'],
  ['mapped, though public', '::ffff:8.8.8.8'],
  ['mapped, in hex', '::ffff:a00:1'],
  ['compatible, though public', '::8.8.8.8'],
  ['translated elsewhere', '64:ff9b:1::8.8.8.8'],
  ['6to4', '2002:7f00:1::'],
  ['6to4, though public', '2002:808:808::1'],
  ['Teredo', '2001:0:4136:e378:8000:63bf:3fff:fdd2'],
  ['documentation', '2001:db8::1'],
  ['new documentation', '3fff::1'],
  ['benchmark', '2001:2::1'],
  ['ORCHID', '2001:20::1'],
  ['discard', '100::1'],
  ['unique local', 'fd00:ec2::254'],
  ['link-local', 'fe80::1'],
  ['link-local with a zone', 'fe80::1%eth0'],
  ['public with a zone', '2606:4700:4700::1111%eth0'],
  ['site-local', 'fec0::1'],
  ['multicast', 'ff02::1'],
  ['segment routing', '5f00::1'],
  ['not given out', '4000::1'],
  ['no address', 'localhost'],
  ['no address', '010.8.8.8'],
  ['no address', ''],
])('%s is not: %s', (_what, address) => expect(isPublicAddress(address)).toBe(false));
