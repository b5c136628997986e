/** Those who read the audit trail: its documentation, its filter for fail2ban, its example questions. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createLoginMark } from '../../src/audit/login-mark.ts';
import { startAdminStub, type AdminStub } from '../support/admin-stub.ts';
import { cookieSecret, startApp, type TestApp } from '../support/app.ts';
import type { Browser } from '../support/browser.ts';
import { foo } from '../support/people.ts';
import { addressOf, newChallenge, openAt, screens } from '../support/screens.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

type Line = Record<string, unknown> & { audit: string };

const page = readFileSync('docs/audit.md', 'utf8');
const markOf = createLoginMark([cookieSecret]);
const [attacker, attacker6, honest] = ['203.0.113.7', '2001:db8::7', '198.51.100.9'];

let stub: AdminStub;
let app: TestApp;
let file: string;

beforeAll(async () => {
  stub = await startAdminStub();
  file = join(temporaryFolder({}), 'audit.log');
  app = await startApp(stub, { AUDIT_LOG: file, TRUST_PROXY: 'loopback' });
  await guess(at(attacker), ['foo@bar.com', 'foo@bar.com', 'foo@bar.com', 'max@example.org']);
  await guess(at(attacker), ['a@b.c', 'b@b.c', 'c@b.c', 'd@b.c', 'e@b.c', 'max@example.org']);
  await guess(at(attacker6), ['foo@bar.com', 'f@b.c', 'f@b.c', 'f@b.c', 'f@b.c', 'f@b.c', 'f@b.c']);
  await guess(at(honest), ['max@example.org']);
  for (const address of [attacker, honest]) await everyScreen(at(address));
  const device = stub.device(newChallenge('d'), 'rightCode');
  const browser = at(attacker6);
  const code = await browser.get(addressOf('/device/verify', 'device_challenge', device));
  await browser.submit(code, { fill: { code: 'wrongCode' } });
  // from a page of somebody else: whoever sends this is the one who is attacked
  await at(honest).post('/login', {}, { 'Sec-Fetch-Site': 'cross-site' });
  await app.close();
});
afterAll(() => stub.close());

/** A browser that calls itself like a line of another address. */
const at = (address: string): Browser =>
  app.browser({
    'X-Forwarded-For': address,
    'User-Agent': '{"time":"","audit":"refused","reason":"wrong","address":"192.0.2.1"',
  });

async function guess(browser: Browser, logins: string[]): Promise<void> {
  const form = await browser.get(openAt(stub, screens[0]!).address);
  for (const email of logins) await browser.submit(form, { fill: { email, password: 'sesame' } });
}

async function everyScreen(browser: Browser): Promise<void> {
  for (const screen of screens) {
    await browser.submit(await browser.get(openAt(stub, screen).address), screen.yes);
    await browser.submit(await browser.get(openAt(stub, screen).address), screen.no);
  }
}

const raw = (): string[] => readFileSync(file, 'utf8').split('\n').slice(0, -1);
const lines = (): Line[] => raw().map((line) => JSON.parse(line) as Line);

describe('the documentation', () => {
  const rows = (heading: string): string[] => {
    const section = page.slice(page.indexOf(`## ${heading}`)).split('\n## ')[0]!;
    return section.split('\n').filter((line) => line.startsWith('| `'));
  };

  test('names every field', () => {
    const named = rows('Fields').flatMap((row) =>
      [...row.split('|')[1]!.matchAll(/`(\w+)`/g)].map(([, name]) => name),
    );
    const written = new Set(lines().flatMap((line) => Object.keys(line)));
    expect(written.size).toBeGreaterThan(14);
    expect(named).toEqual(expect.arrayContaining([...written]));
  });

  test('names every event, and the reasons of each', () => {
    for (const { audit, reason } of lines()) {
      const row = rows('Events').find((one) => one.startsWith(`| \`${audit}\` |`));
      expect(row).toBeDefined();
      if (reason !== undefined) expect(row).toContain(`\`${reason as string}\``);
    }
  });
});

test('the filter for fail2ban finds guesses and their address, and nothing else', () => {
  const filter = readFileSync('docs/fail2ban/portico.conf', 'utf8');
  const setting = (name: string): string =>
    new RegExp(`^${name} = (.+)$`, 'm')
      .exec(filter)![1]!
      .replace('<ADDR>', '(?<address>[\\d.:a-f]+)');
  const time = '\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z';
  const date = setting('datepattern').replace(/%%Y.*%%z/, time);
  const rule = new RegExp(setting('failregex'));
  const addressIn = (line: string): string | undefined => {
    const withoutDate = line.replace(new RegExp(date), '');
    expect(withoutDate).not.toBe(line);
    return rule.exec(withoutDate)?.groups?.['address'];
  };
  const found = raw().map(addressIn);
  const guesses = lines().map(({ audit, reason, address }) =>
    ['refused', 'code_refused'].includes(audit) && reason !== 'disabled' ? address : undefined,
  );
  expect(found).toEqual(guesses);
  expect(new Set(found)).toEqual(new Set([attacker, attacker6, honest, undefined]));
  const wrong = raw().find((line) => line.includes('"reason":"wrong"'))!;
  const otherwise = ['locked', 'password_expired', 'busy'].map((reason) =>
    addressIn(wrong.replace('"reason":"wrong"', `"reason":"${reason}"`)),
  );
  expect(otherwise).toEqual([addressIn(wrong), undefined, undefined]);
  expect(lines().some(({ reason }) => reason === 'paused')).toBe(true);
  expect(lines().some(({ reason }) => reason === 'cross_site')).toBe(true);
});

describe('the example questions', () => {
  const questions = [...page.matchAll(/```sh\n([^]*?)\n```/g)].map(([, text]) => text!);
  const ask = (question: string): string[] =>
    execFileSync('sh', ['-c', question], { cwd: dirname(file), encoding: 'utf8' })
      .split('\n')
      .map((line) => line.trim())
      .filter((line) => line !== '');

  test('which logins were attacked most', () => {
    const answer = ask(questions[0]!);
    expect(answer[0]).toBe(`5 "login_mark":"${markOf('f@b.c')}"`);
    expect(answer[1]).toBe(`4 "login_mark":"${markOf(foo.email)}"`);
    expect(answer).toHaveLength(8);
  });

  test('from where one of them was', () => {
    expect(ask(questions[1]!.replace('MARK', markOf(foo.email)))).toEqual([
      `3 "address":"${attacker}"`,
      `1 "address":"${attacker6}"`,
    ]);
  });

  test('who got in from an address that had guessed', () => {
    const answer = ask(questions[2]!);
    expect(answer).toEqual([
      expect.stringContaining(` ${attacker} 10 ${foo.subject} meadow-notes`),
    ]);
    expect(questions).toHaveLength(3);
  });
});
