import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { openWorld, type World } from '../../hydra-stand-in/test/world.ts';
import { expectSentence, runTool, type ToolOptions } from './run-tool.ts';

let world: World;

beforeAll(async () => {
  world = await openWorld();
});

afterAll(async () => {
  await world.admin('DELETE', `/admin/keys/${set}`);
  await world.close();
});

const set = `tools-${randomUUID()}`;

const hydra = async (args: string[], options: ToolOptions = {}) =>
  runTool(args, { env: { HYDRA_ADMIN_URL: world.adminUrl }, ...options });

describe('hydra keys', () => {
  test('adds a key to a set, names the keys that stay, and removes those beyond --keep', async () => {
    const first = await hydra(['keys', 'rotate', set, '--alg', 'ES256']);
    expect(first).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^The set \S+ has a new ES256 key: \S+\n$/),
      stderr: 'The set is new.\n',
    });
    const second = await hydra(['keys', 'rotate', set]);
    expect(second.stdout).toContain('a new ES256 key');
    expect(second.stderr).toMatch(/^1 older key stays, to verify older signatures: \S+\.\n$/);
    const keep = ['keys', 'rotate', set, '--keep', '2'];
    expectSentence(await hydra(keep), 2, 'add --yes');
    const third = await hydra(keep, { answers: ['y\r'] });
    expect(third.stderr).toContain(`Add a key to ${set}, and remove `);
    expect(third.stderr).toContain('1 older key stays');
    const { stdout } = await hydra([...keep, '--yes', '--json']);
    const told = JSON.parse(stdout);
    expect(told).toMatchObject({
      set,
      created: expect.objectContaining({ kty: 'EC', crv: 'P-256' }),
      kept: [expect.any(String)],
      removed: [expect.any(String)],
    });
    expect(told.created).not.toHaveProperty('d');
    const { body } = await world.admin('GET', `/admin/keys/${set}`);
    const kids = body.keys.map(({ kid }: { kid: string }) => kid);
    expect(kids).toHaveLength(2);
    expect(kids).toEqual(expect.arrayContaining([told.created.kid, ...told.kept]));
  });

  test('lists keys without their secrets', async () => {
    const table = await hydra(['keys', 'list', set]);
    expect(table.stdout.split('\n')[0]).toMatch(/^KID +TYPE +ALG +USE +HOLDS$/);
    expect(table.stdout).toMatch(/^\S+ +EC P-256 +ES256 +sig +the private key$/m);
    const { stdout } = await hydra(['keys', 'list', set, '--json']);
    for (const key of JSON.parse(stdout)) {
      expect(key).toEqual(expect.objectContaining({ kid: expect.any(String), kty: 'EC' }));
      expect(key).not.toHaveProperty('d');
    }
    const none = await hydra(['keys', 'list', 'no such set']);
    expectSentence(none, 3, 'There is no key set "no such set".');
  });

  test.each([
    [['rotate', 'x', '--use', 'both'], '--use must be sig or enc'],
    [['rotate', 'x', '--keep', '0'], '--keep must be a number, 1 or more'],
    [['rotate', 'x', '--keep', '-1'], '--keep needs a value'],
    [['list'], 'keys list needs SET'],
  ])('refuses %j with a sentence', async (args, sentence) => {
    expectSentence(await hydra(['keys', ...args]), 2, sentence);
  });

  test('explains that the server does not know an algorithm, or no longer', async () => {
    const unknown = await hydra(['keys', 'rotate', set, '--alg', 'ROT13']);
    expectSentence(unknown, 1, 'The server refuses this: ');
    const old = await hydra(['keys', 'rotate', set, '--alg', 'HS256']);
    expectSentence(old, 1, 'This server cannot do that');
  });
});
