import { expect, test } from '@jest/globals';
import { createSealer } from '../../src/challenge/sealer.ts';
import { createClientLogos } from '../../src/clients/client-logos.ts';
import { createLog } from '../../src/web/log.ts';

test('a logo that cannot be fetched is logged once an hour, without its query', async () => {
  const lines: string[] = [];
  const clock = { now: 0 };
  const sealer = createSealer(['a secret of the tests'], 'client logo');
  const logos = createClientLogos({
    isOn: true,
    base: '',
    sealer,
    now: () => clock.now,
    log: createLog('warn', { write: (line) => void lines.push(line) }),
  });
  const open = (logo: string) => logos.open(sealer.seal({ logo }));
  const logo = 'https://10.0.0.1/of/ann.png?token=secret';
  // fetched after pauses of 5, 10, 20 and 40 minutes
  for (const [minutes, logged] of [
    [0, 1],
    [5, 1],
    [15, 1],
    [35, 1],
    [75, 2],
  ] as const) {
    clock.now = minutes * 60_000;
    expect(await open(logo)).toBeUndefined();
    expect([minutes, lines.length]).toEqual([minutes, logged]);
  }
  await open('https://10.0.0.2/x.png');
  expect(lines).toHaveLength(3);
  expect(lines.join('')).not.toMatch(/secret|of.ann/);
});
