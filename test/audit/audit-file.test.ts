import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from '@jest/globals';
import { openAuditFile } from '../../src/audit/audit-file.ts';
import { createLog } from '../../src/web/log.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

type WriteBytes = (fd: number, bytes: Uint8Array) => number;

let folder: string;
let file: string;
let said: { level: number; msg: string; reason?: string; lost?: number }[];
let clock: number;

beforeEach(() => {
  folder = temporaryFolder({});
  file = join(folder, 'audit.log');
  said = [];
  clock = Date.UTC(2026, 0, 1);
});

const log = createLog('info', { write: (line) => said.push(JSON.parse(line)) });
const open = (path = file, writeBytes?: WriteBytes) =>
  openAuditFile(path, { log, now: () => clock, ...(writeBytes && { writeBytes }) });
const content = (path = file): string => readFileSync(path, 'utf8');
const noSpace = () =>
  Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC' });

test('the file is for its owner alone, and lines are added to it', () => {
  const first = open();
  first.write('one');
  first.close();
  const second = open();
  second.write('two');
  expect(content()).toBe('one\ntwo\n');
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(said).toEqual([]);
  second.close();
});

test('a file that everybody can read is warned about', () => {
  writeFileSync(file, '');
  chmodSync(file, 0o644);
  open().close();
  expect(said).toEqual([
    expect.objectContaining({ level: 40, msg: expect.stringContaining('everybody') }),
  ]);
  chmodSync(file, 0o640);
  open().close();
  expect(said).toHaveLength(1);
});

describe('a file that cannot be opened is a fault of the setting', () => {
  const message = (path: string): string => {
    try {
      open(path).close();
    } catch (error) {
      expect(error).toHaveProperty('faults');
      return (error as Error).message;
    }
    return 'no fault';
  };

  test('when it is a folder, or in none', () => {
    expect(message(folder)).toContain(`AUDIT_LOG is "${folder}", which cannot be opened: EISDIR`);
    const nowhere = join(folder, 'none', 'audit.log');
    expect(message(nowhere)).toContain(`AUDIT_LOG is "${nowhere}", which cannot be opened: ENOENT`);
    expect(existsSync(join(folder, 'none'))).toBe(false);
  });

  test('when it is a pipe that nobody reads: the start does not hang', () => {
    const pipe = join(folder, 'pipe');
    execFileSync('mkfifo', [pipe]);
    expect(message(pipe)).toContain('ENXIO');
  });
});

describe('after the rotation of logs', () => {
  test('lines go into a new file when the old one was moved, at once and by itself', () => {
    const audit = open();
    audit.write('one');
    renameSync(file, `${file}.1`);
    audit.write('two');
    expect(content(`${file}.1`)).toBe('one\n');
    expect(content()).toBe('two\n');
    expect(statSync(file).mode & 0o777).toBe(0o600);
    audit.close();
  });

  test('also when another file took its name, or it was deleted or emptied', () => {
    const audit = open();
    audit.write('one');
    renameSync(file, `${file}.1`);
    writeFileSync(file, '');
    audit.write('two');
    expect(content()).toBe('two\n');
    rmSync(file);
    audit.write('three');
    expect(content()).toBe('three\n');
    truncateSync(file);
    audit.write('four');
    expect(content()).toBe('four\n');
    audit.close();
  });

  test('reopening makes the new file before there is a line', () => {
    const audit = open();
    renameSync(file, `${file}.1`);
    audit.reopen();
    expect(content()).toBe('');
    audit.close();
  });

  test('the old file takes the lines for as long as the new one cannot be opened', () => {
    const audit = open();
    const aside = `${folder}-aside`;
    renameSync(folder, aside);
    audit.write('one');
    audit.write('two');
    expect(content(join(aside, 'audit.log'))).toBe('one\ntwo\n');
    expect(said.map(({ level }) => level)).toEqual([50]);
    expect(said[0]?.reason).toContain('ENOENT');
    renameSync(aside, folder);
    audit.write('three');
    expect(content()).toBe('one\ntwo\nthree\n');
    audit.close();
  });
});

describe('when lines cannot be written', () => {
  test('nothing is thrown, the log says so once a minute, and later the gap is counted', () => {
    let isFull = true;
    const audit = open(file, (fd, bytes) => {
      if (isFull) throw noSpace();
      return writeSync(fd, bytes);
    });
    for (let i = 0; i < 1000; i++) audit.write('lost');
    expect(said).toEqual([
      expect.objectContaining({ level: 50, lost: 1, reason: expect.stringContaining('ENOSPC') }),
    ]);
    clock += 60_000;
    audit.write('lost');
    expect(said.at(-1)).toMatchObject({ lost: 1001 });
    expect(said).toHaveLength(2);
    isFull = false;
    audit.write('kept');
    expect(content()).toBe(
      '{"time":"2026-01-01T00:01:00.000Z","audit":"lines_lost","count":1001}\nkept\n',
    );
    expect(said.at(-1)).toMatchObject({ level: 40, lost: 1001 });
    audit.write('kept');
    expect(content().match(/lines_lost/g)).toHaveLength(1);
    audit.close();
  });

  test('half a line does not spoil the next one', () => {
    let room = 3;
    const audit = open(file, (fd, bytes) => {
      const fits = Math.min(room, bytes.length);
      if (fits === 0) throw noSpace();
      room -= fits;
      return writeSync(fd, bytes.subarray(0, fits));
    });
    audit.write('123456');
    room = 1000;
    audit.write('whole');
    const [half, gap, whole] = content().split('\n');
    expect([half, whole]).toEqual(['123', 'whole']);
    expect(JSON.parse(gap!)).toMatchObject({ audit: 'lines_lost', count: 1 });
    audit.close();
  });

  test('a line that needs several writes is whole', () => {
    const audit = open(file, (fd, bytes) => writeSync(fd, bytes.subarray(0, 2)));
    audit.write('a long line with ünicode');
    audit.write('another');
    expect(content()).toBe('a long line with ünicode\nanother\n');
    audit.close();
  });
});
