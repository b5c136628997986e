import { describe, expect, test } from '@jest/globals';
import { JsonFault, readJsonEntries, valueOf } from '@portico/json-places';

/** Pieces of this many bytes. */
async function* pieces(text: string | Buffer, size = Infinity): AsyncGenerator<Buffer> {
  const bytes = Buffer.from(text as string);
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

/** The values with their places. */
async function read(text: string | Buffer, size?: number) {
  const found: unknown[] = [];
  for await (const entries of readJsonEntries(pieces(text, size)))
    for (const entry of entries) found.push([valueOf(entry), entry.line, entry.column]);
  return found;
}

async function faultOf(text: string | Buffer, size?: number) {
  const fault: unknown = await read(text, size).catch((error: unknown) => error);
  if (!(fault instanceof JsonFault)) throw new Error(`no fault in ${String(text).slice(0, 40)}`);
  const { kind, line, column } = fault;
  return [kind, line, column];
}

const sizes = [1, 2, 3, 5, 7, 64, Infinity];

describe.each(sizes)('a list in pieces of %s bytes', (size) => {
  test('gives its entries with their places', async () => {
    const text =
      ' [ {"a": [1, {"b": "]}"}]},\n\t"x, \\"y\\\\", 12 ,null\r\n,["ä€😀", {}], {"c":\n"😀"} ]\n\n';
    expect(await read(text, size)).toEqual([
      [{ a: [1, { b: ']}' }] }, 1, 4],
      ['x, "y\\', 2, 2],
      [12, 2, 14],
      [null, 2, 18],
      [['ä€😀', {}], 3, 2],
      [{ c: '😀' }, 3, 16],
    ]);
  });

  test.each(['[]', ' [\n]', '\uFEFF[]'])('may be empty: %j', async (text) => {
    expect(await read(text, size)).toEqual([]);
  });

  test.each([
    ['', 1, 1],
    [' \n ', 2, 2],
    ['[', 1, 2],
    ['[{"a": 1}', 1, 10],
    ['[{"a": 1},', 1, 11],
    ['[{"a": 1},]', 1, 11],
    ['[,1]', 1, 2],
    ['[1 2]', 1, 4],
    ['[1,,2]', 1, 4],
    ['[1] []', 1, 5],
    ['[1]\n\n x', 3, 2],
    ['[1}', 1, 3],
    ['[01]', 1, 3],
    ['[oops]', 1, 2],
    ['["😀", {"a": oops}]', 1, 14],
    ['[1,\n{"a":\n  [1,]}]', 3, 6],
    ["[\n{'subject': 1}]", 2, 2],
    ['[{"subject": "a}]', 1, 14],
    ['["\\x"]', 1, 2],
    ['[{]}]', 1, 3],
    ['[\r\n  // me\r\n]', 2, 3],
    ['[1, "a\nb"]', 1, 5],
    ['{"a": }', 1, 7],
    ['nul', 1, 1],
    ['\uFEFF[x]', 1, 2],
    [' {"a": 1} {', 1, 11],
  ])('is faulty where it stops being JSON: %j', async (text, line, column) => {
    expect(await faultOf(text, size)).toEqual(['syntax', line, column]);
  });

  test.each(['{"a": 1}', 'null', '"[1]"', ' \n12'])('is no list: %j', async (text) => {
    expect(await faultOf(text, size)).toEqual(['list', text.includes('\n') ? 2 : 1, 1]);
  });

  test('is faulty in the entry that is not in UTF-8', async () => {
    const text = Buffer.concat([Buffer.from('[1,\n "J'), Buffer.from([0xfc]), Buffer.from('"]')]);
    expect(await faultOf(text, size)).toEqual(['encoding', 2, 2]);
  });
});

test('an entry may have 1 MiB, and no more', async () => {
  const most = 1024 * 1024;
  for (const size of [1000, 100_000, Infinity]) {
    expect(await read(`[1, "${'x'.repeat(most - 2)}"]`, size)).toHaveLength(2);
    expect(await faultOf(`[1,\n"${'x'.repeat(most - 1)}"]`, size)).toEqual(['length', 2, 1]);
    expect(await faultOf(`[{"a": "${'x'.repeat(2 * most)}`, size)).toEqual(['length', 1, 2]);
  }
});

test('a long text that is no list is not read to its end', async () => {
  let given = 0;
  async function* endless() {
    for (;;) {
      given += 1;
      yield Buffer.from(`{"a": "${'x'.repeat(100_000)}"}\n`);
    }
  }
  await expect(readJsonEntries(endless()).next()).resolves.toEqual({ done: false, value: [] });
  const all = async () => {
    for await (const some of readJsonEntries(endless())) expect(some).toEqual([]);
  };
  await expect(all()).rejects.toMatchObject({ kind: 'list' });
  expect(given).toBeLessThan(20);
});

test('entries come as they are read, and before a fault', async () => {
  const found: unknown[] = [];
  const all = async () => {
    for await (const some of readJsonEntries(pieces('[1, 2, 3, oops, 4', 3)))
      found.push(...some.map(valueOf));
  };
  await expect(all()).rejects.toThrow('syntax, line 1, column 11');
  expect(found).toEqual([1, 2, 3]);
});

test('a fault quotes nothing', async () => {
  const error = await read('[{"secret": hush}]').catch(String);
  expect(error).toBe('JsonFault: syntax, line 1, column 13');
});

test('brackets without end are a fault at the level that is too deep', async () => {
  expect(await faultOf('['.repeat(100_000))).toEqual(['syntax', 1, 102]);
});
