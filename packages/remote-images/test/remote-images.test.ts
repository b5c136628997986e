/** Pictures that are kept: what is fetched when, and how much memory they take. */
import { describe, expect, test } from '@jest/globals';
import { createRemoteImages, ImageFault, type Fetched, type Image } from '../src/index.ts';
import { startHostileServer } from './hostile-server.ts';
import { png } from './pictures.ts';

const minute = 60_000;
const day = 24 * 60 * minute;
const imageOf = (size: number): Image => ({ type: 'image/png', bytes: Buffer.alloc(size) });
const failed: Fetched = { fault: new ImageFault('timeout') };

/** A world whose fetches end when the test says so. */
function open(options: { mostBytes?: number; mostAtOnce?: number } = {}) {
  const pending = new Map<string, (fetched: Fetched) => void>();
  const fetches: string[] = [];
  const faults: string[] = [];
  const clock = { now: 1_000 };
  const images = createRemoteImages({
    ...options,
    now: () => clock.now,
    fetch: (address) => {
      fetches.push(address);
      return new Promise((resolve) => pending.set(address, resolve));
    },
    onFault: (address, { reason }) => faults.push(`${address} ${reason}`),
  });

  /** Ends the fetch of an address that is under way. */
  async function end(address: string, fetched: Fetched): Promise<void> {
    pending.get(address)!(fetched);
    pending.delete(address);
    await new Promise((resolve) => setImmediate(resolve));
  }
  /** Fetches a picture to its end. */
  async function fill(address: string, fetched: Fetched): Promise<void> {
    images.peek(address);
    await end(address, fetched);
  }
  return { images, clock, fetches, faults, end, fill };
}

const image = imageOf(10);

describe('a picture', () => {
  test('is there when it has been fetched, and nobody waits for it', async () => {
    const { images, fetches, end } = open();
    expect(images.peek('a')).toBeUndefined();
    expect(images.peek('a')).toBeUndefined();
    expect(fetches).toEqual(['a']);
    await end('a', { image });
    expect(images.peek('a')).toBe(image);
    expect(await images.get('a')).toBe(image);
    expect(fetches).toEqual(['a']);
  });

  test('may be waited for, by many at the same time', async () => {
    const { images, fetches, end } = open();
    const waiting = [images.get('a'), images.get('a'), images.get('a')];
    await end('a', { image });
    expect(await Promise.all(waiting)).toEqual([image, image, image]);
    expect(fetches).toEqual(['a']);
  });

  test('is fetched again after a day, and stays in use meanwhile', async () => {
    const { images, clock, fetches, fill, end } = open();
    await fill('a', { image });
    clock.now += day - 1;
    expect(images.peek('a')).toBe(image);
    expect(fetches).toHaveLength(1);
    clock.now += 1;
    expect(images.peek('a')).toBe(image);
    expect(await images.get('a')).toBe(image);
    expect(fetches).toHaveLength(2);
    const newer = imageOf(20);
    await end('a', { image: newer });
    expect(images.peek('a')).toBe(newer);
  });

  test('has to have a short address: others are not even kept', async () => {
    const { images, fetches, faults, fill } = open({ mostBytes: 10_000 });
    await fill('a', { image });
    const endless = 'x'.repeat(4_000);
    images.peek(endless);
    expect(await images.get(`${endless}y`)).toBeUndefined();
    expect(fetches).toEqual(['a']);
    expect(faults).toContain(`${endless} address`);
    expect(images.peek('a')).toBe(image);
  });

  test('stays in use for a week when there is no new one', async () => {
    const { images, clock, fetches, faults, fill } = open();
    await fill('a', { image });
    clock.now += day;
    await fill('a', failed);
    expect(faults).toEqual(['a timeout']);
    expect(images.peek('a')).toBe(image);
    expect(fetches).toHaveLength(2);
    clock.now += 6 * day - 1;
    expect(images.peek('a')).toBe(image);
    clock.now += 1;
    expect(images.peek('a')).toBeUndefined();
  });
});

test('a failure is left alone for 5 minutes, then 10 … up to 6 hours', async () => {
  const { images, clock, fetches, faults, fill } = open();
  await fill('a', failed);
  for (const minutes of [5, 10, 20, 40, 80, 160, 320, 360, 360]) {
    const before = fetches.length;
    clock.now += minutes * minute - 1;
    expect(images.peek('a')).toBeUndefined();
    expect(await images.get('a')).toBeUndefined();
    expect(fetches).toHaveLength(before);
    clock.now += 1;
    await fill('a', failed);
    expect(fetches).toHaveLength(before + 1);
  }
  expect(faults).toHaveLength(10);
  clock.now += 360 * minute;
  await fill('a', { image });
  expect(images.peek('a')).toBe(image);
  clock.now += day;
  await fill('a', failed);
  clock.now += 5 * minute;
  expect(images.peek('a')).toBe(image);
  expect(fetches).toHaveLength(13);
});

test('no more than four are fetched at a time; the others are when they are asked for again', async () => {
  const { images, fetches, end } = open();
  for (const address of ['a', 'b', 'c', 'd', 'e']) images.peek(address);
  expect(await images.get('f')).toBeUndefined();
  expect(fetches).toEqual(['a', 'b', 'c', 'd']);
  await end('b', failed);
  images.peek('e');
  images.peek('f');
  expect(fetches).toEqual(['a', 'b', 'c', 'd', 'e']);
});

describe('the memory', () => {
  test('has a bound: what has not been used for longest goes', async () => {
    const { images, fetches, fill } = open({ mostBytes: 10_000 });
    for (const address of ['a', 'b', 'c']) await fill(address, { image: imageOf(2_000) });
    images.peek('a');
    await fill('d', { image: imageOf(2_000) });
    expect(fetches).toEqual(['a', 'b', 'c', 'd']);
    expect(['a', 'c', 'd'].every((address) => images.peek(address))).toBe(true);
    expect(images.peek('b')).toBeUndefined();
  });

  test('has a bound for failures, too', async () => {
    const { images, fetches, fill } = open({ mostBytes: 10_000 });
    const names = Array.from({ length: 30 }, (_, at) => `${at}`);
    for (const name of names) await fill(name, failed);
    images.peek('29');
    expect(fetches).toHaveLength(30);
    images.peek('0');
    expect(fetches).toHaveLength(31);
  });

  test('does not take what is larger than it', async () => {
    const { images, fill } = open({ mostBytes: 1_000 });
    await fill('a', { image: imageOf(1_000) });
    expect(images.peek('a')).toBeUndefined();
  });
});

test('without further words, pictures of this machine are refused and none are invented', async () => {
  const server = await startHostileServer((_req, res) => res.end(png()));
  const faults: string[] = [];
  const onFault = (_address: string, { message }: ImageFault) => faults.push(message);
  const strict = createRemoteImages({ onFault });
  expect(await strict.get(`${server.url}/`)).toBeUndefined();
  expect(faults).toEqual(['address']);
  expect(server.asked).toEqual([]);
  const lax = createRemoteImages({ mayBeLoopback: true, onFault });
  expect(await lax.get(`${server.url}/`)).toEqual({ type: 'image/png', bytes: png() });
  expect(server.asked).toHaveLength(1);
});
