/** `npm run bench -- kills`: what a `kill -9` in the middle of sign-ins and `portico users add` loses. */
import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { databaseAddress, openDatabase } from '@portico/database';
import { testDatabases, type TestDatabase } from '@portico/database/testing';
import type { PeopleTables } from '../../../../src/identity/sql-tables.ts';
import type { Browser, FormWork, Page } from '../../../support/browser.ts';
import { ada, password } from '../../../support/people.ts';
import { addressOf, newChallenge } from '../../../support/screens.ts';
import { openHouse, type House } from './house.ts';

interface Answered {
  browser: Browser;
  form: Page;
  work: FormWork;
  leadsTo: string;
}

interface Tally {
  answers: number;
  answersLost: number;
  sessions: number;
  sessionsLost: number;
  added: number;
  addedLost: number;
  /** Commands that were killed before they had said anything. */
  cut: number;
  cutWhole: number;
  cutHalf: number;
}

const atOnce = 4;
const email = 'ada@bench.example';

/** @returns a text for people */
export async function measureKills(rounds: number, tell: (what: string) => void): Promise<string> {
  const lines: string[] = [];
  for (const home of testDatabases()) {
    const tally = await killAgainAndAgain(home, rounds, tell);
    lines.push(`${home.name}, ${rounds} rounds`, ...linesOf(tally), '');
    await home.close();
  }
  return lines.join('\n');
}

function linesOf(tally: Tally): string[] {
  return [
    `  answers given: ${tally.answers}, lost: ${tally.answersLost}`,
    `  browsers signed in: ${tally.sessions}, not any more: ${tally.sessionsLost}`,
    `  people added and acknowledged: ${tally.added}, lost: ${tally.addedLost}`,
    `  commands killed: ${tally.cut}; the person is there: ${tally.cutWhole}, in halves: ${tally.cutHalf}`,
  ];
}

async function killAgainAndAgain(
  home: TestDatabase,
  rounds: number,
  tell: (what: string) => void,
): Promise<Tally> {
  const address = await home.fresh();
  const isPglite = home.name === 'PGlite';
  const house = await openHouse({ DATABASE_URL: address }, isPglite ? 1 : 2);
  const tally: Tally = {
    answers: 0,
    answersLost: 0,
    sessions: 0,
    sessionsLost: 0,
    added: 0,
    addedLost: 0,
    cut: 0,
    cutWhole: 0,
    cutHalf: 0,
  };
  try {
    await add(house, email);
    const last = house.ports.length - 1;
    for (let index = 0; index <= last; index += 1) await house.start(index);
    for (let round = 1; round <= rounds; round += 1) {
      tell(`${home.name}, round ${round} of ${rounds}`);
      const victim = round % house.ports.length;
      const answered = signInsUntilKilled(house, victim);
      // One process alone may use PGlite.
      const adding = isPglite ? undefined : addUntilKilled(house, round);
      const given = await answered;
      const people = await (adding ?? addUntilKilled(house, round));
      await countPeople(address, people, tally);
      if (isPglite) await house.start(victim);
      else house.proxy.pin(1 - victim);
      await countAnswers(given, tally);
      if (!isPglite) await house.start(victim);
      house.proxy.pin();
    }
  } finally {
    await house.close();
  }
  return tally;
}

/** Many sign in and consent at once, until an instance is killed in the middle. */
async function signInsUntilKilled(house: House, victim: number): Promise<Answered[]> {
  const answered: Answered[] = [];
  const over = new AbortController();
  const walk = async () => {
    while (!over.signal.aborted) await signInOnce(house, answered).catch(() => undefined); // it was killed
  };
  const walks = Array.from({ length: atOnce }, walk);
  await pause(1000 + Math.random() * 2000);
  await house.end(victim, 'SIGKILL');
  over.abort();
  await Promise.all(walks);
  return answered;
}

async function signInOnce(house: House, answered: Answered[]): Promise<void> {
  const browser = house.newBrowser();
  const { stub } = house;
  const login = await house.openLogin(browser);
  const challenge = new URL(login.url).searchParams.get('login_challenge')!;
  await answer({ browser, form: login, work: { fill: { email, password } } }, answered);
  const sent = stub.sent('login.accept').find((call) => call.challenge === challenge);
  const { context, subject } = sent!.body as { context: Record<string, string>; subject: string };
  const asked = stub.consent(newChallenge('consent'), { context, subject });
  const consent = await browser.get(addressOf('/consent', 'consent_challenge', asked));
  const work = { press: 'accept', tickScopes: true } as const;
  await answer({ browser, form: consent, work }, answered);
}

async function answer(asked: Omit<Answered, 'leadsTo'>, answered: Answered[]): Promise<void> {
  const { leadsTo, status } = await asked.browser.submit(asked.form, asked.work);
  if (leadsTo === undefined) throw new Error(`The answer was ${status}.`);
  answered.push({ ...asked, leadsTo });
}

/** The same form, posted again, gets the same answer; and the browser is known. */
async function countAnswers(answered: readonly Answered[], tally: Tally): Promise<void> {
  for (const { browser, form, work, leadsTo } of answered) {
    const again = await browser.submit(form, work);
    tally.answers += 1;
    if (again.leadsTo !== leadsTo) tally.answersLost += 1;
    if (!form.url.includes('login_challenge')) continue;
    tally.sessions += 1;
    if (!(await browser.get('/')).text.includes(email)) tally.sessionsLost += 1;
  }
}

interface AddedPeople {
  acknowledged: string[];
  /** The subject of the one that was being added. */
  cut: string;
}

async function add(house: House, address: string, subject?: string): Promise<void> {
  const { command } = startAdding(house, address, subject);
  const [code] = (await once(command, 'exit')) as [number];
  if (code !== 0) throw new Error(`portico users add ended with ${code}.`);
}

function startAdding(house: House, address: string, subject = address) {
  const args = ['users', 'add', '--email', address, '--subject', subject, '--hash-stdin'];
  const command = house.command(args);
  command.stdin!.end(ada.password_hash);
  let said = '';
  command.stdout!.on('data', (text: Buffer) => (said += String(text)));
  return { command, said: () => said };
}

/** Adds two people, and kills the command for the third as soon as it works at the database. */
async function addUntilKilled(house: House, round: number): Promise<AddedPeople> {
  const acknowledged = [`a-${round}`, `b-${round}`];
  const start = performance.now();
  for (const subject of acknowledged) await add(house, `${subject}@bench.example`, subject);
  const usualMs = (performance.now() - start) / acknowledged.length;
  const cut = `c-${round}`;
  const { command, said } = startAdding(house, `${cut}@bench.example`, cut);
  const ended = once(command, 'exit');
  await pause(usualMs * (0.5 + Math.random() / 2));
  command.kill('SIGKILL');
  await ended;
  if (said() !== '') acknowledged.push(cut);
  return { acknowledged, cut };
}

async function countPeople(
  address: string,
  { acknowledged, cut }: AddedPeople,
  tally: Tally,
): Promise<void> {
  const database = await openDatabase(databaseAddress(address)!, { log: { info() {}, warn() {} } });
  const db = database.kysely<PeopleTables>();
  const people = await db.selectFrom('portico_people').select('subject').execute();
  const logins = await db.selectFrom('portico_people_identifiers').select('subject').execute();
  await database.close();
  const isThere = (subject: string) => people.some((one) => one.subject === subject);
  const hasLogin = (subject: string) => logins.some((one) => one.subject === subject);
  tally.added += acknowledged.length;
  tally.addedLost += acknowledged.filter((one) => !isThere(one) || !hasLogin(one)).length;
  if (acknowledged.includes(cut)) return;
  tally.cut += 1;
  if (isThere(cut) && hasLogin(cut)) tally.cutWhole += 1;
  if (isThere(cut) !== hasLogin(cut)) tally.cutHalf += 1;
}
