import { expect, jest, test } from '@jest/globals';
import { createDependencies } from '../../src/management/dependencies.ts';

test('dependencies have the time since when they are up or down', async () => {
  let now = 0;
  let isUp = true;
  const dependencies = createDependencies({ hydra: async () => isUp }, () => now);
  const since = async () => (await dependencies())['hydra']!;
  expect(await since()).toMatchObject({ isUp: true, since: new Date(0) });
  now = 5_000;
  expect(await since()).toMatchObject({ since: new Date(0), checkedAt: new Date(5_000) });
  isUp = false;
  now = 10_000;
  expect(await since()).toMatchObject({ isUp: false, since: new Date(10_000) });
  now = 15_000;
  expect(await since()).toMatchObject({ since: new Date(10_000), checkedAt: new Date(15_000) });
});

test('dependencies are asked once a second at most', async () => {
  let now = 0;
  const check = jest.fn(async () => true);
  const dependencies = createDependencies({ check }, () => now);
  await dependencies();
  now = 999;
  await dependencies();
  expect(check).toHaveBeenCalledTimes(1);
  now = 1_000;
  await Promise.all([dependencies(), dependencies()]);
  expect(check).toHaveBeenCalledTimes(2);
});

test('a dependency that fails or never answers is down, and keeps nobody waiting', async () => {
  jest.useFakeTimers();
  const checks = {
    broken: () => Promise.reject(new Error('broken')),
    silent: () => new Promise<boolean>(() => {}),
    fine: async () => true,
  };
  const answer = createDependencies(checks)();
  await jest.advanceTimersByTimeAsync(3_000);
  const found = Object.entries(await answer).map(([name, { isUp }]) => [name, isUp]);
  expect(Object.fromEntries(found)).toEqual({ broken: false, silent: false, fine: true });
  jest.useRealTimers();
});
