/** deploy/systemd/portico.service: what it starts, what it may do, and how it stops. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { settingsFor } from '../../src/config.ts';
import { notRun } from '../support/not-run.ts';
import { startScript } from '../support/start-script.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const unit = readFileSync('deploy/systemd/portico.service', 'utf8');
const example = readFileSync('deploy/systemd/portico.env.example', 'utf8');
const lines = unit
  .split('\n')
  .filter((line) => /^[A-Z]\w+=/.test(line))
  .map((line) => line.split(/=(.*)/s) as [name: string, value: string]);

/** All values of a directive, in order. */
const of = (name: string) => lines.filter(([key]) => key === name).map(([, value]) => value);
const one = (name: string) => of(name).join(' and ');

const known = Object.keys(settingsFor({ IDENTITY: 'file,sql,http,ldap,openid' }));

/** The unit, with the Node of this machine and a folder that is there. */
function unitHere(): string {
  const folder = temporaryFolder({});
  mkdirSync(join(folder, 'app'));
  const file = join(folder, 'portico.service');
  const text = unit
    .replace('/usr/bin/node', process.execPath)
    .replace('/opt/portico', join(folder, 'app'));
  writeFileSync(file, text);
  return file;
}

const analyze = (...args: string[]) => spawnSync('systemd-analyze', args, { encoding: 'utf8' });
const version = Number(/^systemd (\d+)/.exec(analyze('--version').stdout ?? '')?.[1] ?? 0);
// --offline came with 250, as %d in units did.
const hasSystemd = version >= 250;
if (!hasSystemd) {
  notRun(
    'The unit, as systemd reads it',
    'systemd-analyze 250 or later is not installed (Debian: apt-get install systemd)',
  );
}

describe('portico.service', () => {
  test('starts Node itself, which gets the signals', () => {
    expect(one('ExecStart')).toBe(`/usr/bin/${startScript().join(' ')}`);
    expect(one('KillSignal')).toBe('SIGTERM');
    expect(one('Restart')).toBe('always');
  });

  test('leaves it the time that it takes to stop', () => {
    const drain = Number(/^DRAIN_SECONDS=(\d+)$/m.exec(example)?.[1]);
    expect(Number(one('TimeoutStopSec'))).toBeGreaterThan(drain + 15);
  });

  test('sets what Portico knows, and takes secrets from credentials', () => {
    const set = of('Environment').map((pair) => pair.split(/=(.*)/s) as [string, string]);
    for (const [name, value] of set) {
      const [, setting] = /^(.*)_FILE$/.exec(name) ?? [];
      expect(known).toContain(setting ?? name);
      if (setting === undefined) continue;
      const [, credential] = /^%d\/(\w+)$/.exec(value) ?? [];
      expect(of('LoadCredential').map((entry) => entry.split(':')[0])).toContain(credential);
    }
    expect(set.map(([name]) => name)).toContain('COOKIE_SECRET_FILE');
    expect(unit).toContain('EnvironmentFile=/etc/portico/portico.env');
  });

  test('may do little', () => {
    for (const name of [
      'NoNewPrivileges',
      'PrivateTmp',
      'PrivateDevices',
      'DynamicUser',
      'ProtectHome',
    ]) {
      expect([name, one(name)]).toEqual([name, 'yes']);
    }
    expect(one('ProtectSystem')).toBe('strict');
    expect(of('CapabilityBoundingSet')).toEqual(['']);
    expect(of('SystemCallFilter')).toEqual(['@system-service @pkey', '~@privileged']);
    expect(one('RestrictAddressFamilies')).toBe('AF_INET AF_INET6 AF_UNIX');
    expect(of('MemoryDenyWriteExecute')).toEqual([]); // V8 makes code
  });

  if (hasSystemd) {
    test('is correct to systemd', () => {
      const { status, stdout, stderr } = analyze('verify', '--man=no', unitHere());
      const about = `${stdout}${stderr}`.split('\n').filter((line) => line.includes('portico'));
      expect([about, status]).toEqual([[], 0]);
    });

    test('is well shut, by the measure of systemd', () => {
      const { stdout } = analyze('security', '--offline=true', '--no-pager', unitHere());
      const exposure = Number(/exposure level for portico\.service: ([\d.]+)/.exec(stdout)?.[1]);
      expect(exposure).toBeLessThanOrEqual(2);
    });
  }
});

describe('portico.env.example', () => {
  const names = [...example.matchAll(/^#?([A-Z_]+)=/gm)].map(([, name]) => name);

  test('has only settings that Portico knows, and no secrets', () => {
    expect(names.length).toBeGreaterThan(4);
    expect(names.filter((name) => !known.includes(name!))).toEqual([]);
    const settings = settingsFor({ IDENTITY: 'file,sql,http,ldap,openid' });
    const secret = Object.entries(settings).filter(([, row]) => 'isSecret' in row && row.isSecret);
    expect(secret.map(([name]) => name).filter((name) => names.includes(name))).toEqual([]);
  });
});
