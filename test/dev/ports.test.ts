import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { once } from 'node:events';
import { expect, test } from '@jest/globals';
import { SettingsError } from '@portico/settings';
import { readPorts } from '../../dev/ports.ts';

const said: string[] = [];
const ports = (env: NodeJS.ProcessEnv) => readPorts(env, (sentence) => said.push(sentence));

/** A port that somebody else uses until it is closed. */
async function takenPort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { port: (server.address() as AddressInfo).port, close: () => server.close() };
}

test.each(['PORT', 'DEV_SAMPLE_PORT', 'DEV_PUBLIC_PORT', 'DEV_ADMIN_PORT'])(
  'says what is wrong with %s',
  (name) => {
    for (const value of ['0', '65536', '-1', '80.5', 'five', '0x50']) {
      const fault = `${name} is "${value}". It must be a port number, 1 to 65535.`;
      expect(() => ports({ [name]: value })).toThrow(SettingsError);
      expect(() => ports({ [name]: value })).toThrow(fault);
    }
  },
);

test('says all faults at once', () => {
  const faulty = () => ports({ PORT: 'a', DEV_ADMIN_PORT: 'b' });
  expect(faulty).toThrow(/PORT is "a".*\n.*DEV_ADMIN_PORT is "b"/);
});

test('reserves the port that was chosen, and says nothing', async () => {
  const { port, close } = await takenPort();
  close();
  said.length = 0;
  const reserved = await ports({ DEV_SAMPLE_PORT: String(port) })('the app', 'DEV_SAMPLE_PORT');
  await reserved.close();
  expect(reserved.port).toBe(port);
  expect(said).toEqual([]);
});

test('takes the next free port, and says so', async () => {
  const { port, close } = await takenPort();
  said.length = 0;
  const reserved = await ports({ DEV_PUBLIC_PORT: String(port) })('the server', 'DEV_PUBLIC_PORT');
  await reserved.close();
  close();
  expect(reserved.port).toBeGreaterThan(port);
  expect(said).toEqual([`Port ${port} is taken: the server uses ${reserved.port}.`]);
});
