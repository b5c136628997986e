/** `npm run bench -- wrong-passwords`: how many of a thousand are looked at, by one instance and by two. */
import { testDatabases } from '@portico/database/testing';
import { foo, removeUsersFile, writeUsersFile } from '../../../support/people.ts';
import { addressAt, openHouse, type House } from './house.ts';

interface Flood {
  name: string;
  who: (number: number) => { email: string; address: string };
}

const floods: Flood[] = [
  {
    name: 'one account, one address',
    who: () => ({ email: foo.email, address: addressAt(1) }),
  },
  {
    name: 'one account, a thousand addresses',
    who: (number) => ({ email: foo.email, address: addressAt(number) }),
  },
  {
    name: 'a thousand accounts, one address',
    who: (number) => ({ email: `x-${number}@bench.example`, address: addressAt(1) }),
  },
];

const tries = 1000;
const atOnce = 16;

/** @returns a text for people */
export async function measureWrongPasswords(tell: (what: string) => void): Promise<string> {
  const usersFile = await writeUsersFile();
  const lines: string[] = [];
  const postgres = testDatabases().find(({ name }) => name === 'PostgreSQL');
  try {
    for (const [state, count] of [
      ['memory', 1],
      ['database', 1],
      ['database', 2],
      ['memory', 2],
    ] as const) {
      if (state === 'database' && !postgres) continue;
      lines.push(`${count === 1 ? 'one instance' : 'two instances'}, STATE=${state}`);
      for (const flood of floods) {
        tell(`${count}, ${state}: ${flood.name}`);
        const database = state === 'database' && { DATABASE_URL: await postgres!.fresh() };
        const env = { IDENTITY: 'file', USERS_FILE: usersFile, STATE: state, ...database };
        const house = await openHouse(env, count);
        try {
          for (let index = 0; index < count; index += 1) await house.start(index);
          lines.push(`  ${flood.name}: ${await pour(house, flood)}`);
        } finally {
          await house.close();
        }
      }
    }
  } finally {
    await removeUsersFile(usersFile);
    await postgres?.close();
  }
  return lines.join('\n');
}

/** Each try is one of 16 at once, in a browser that is not known to any account. */
async function pour(house: House, { who }: Flood): Promise<string> {
  const statuses = new Map<number, number>();
  const start = performance.now();
  let next = 0;
  const pourOne = async () => {
    const browser = house.newBrowser();
    const form = await house.openLogin(browser);
    while (next < tries) {
      const { email, address } = who((next += 1));
      const { status } = await browser.submit(form, {
        fill: { email, password: 'sesame' },
        headers: { 'X-Forwarded-For': address },
      });
      statuses.set(status, (statuses.get(status) ?? 0) + 1);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, pourOne));
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  const looked = statuses.get(400) ?? 0;
  const all = [...statuses].map(([status, count]) => `${count} × ${status}`).join(', ');
  return `${looked} of ${tries} looked at in ${seconds} s (${all})`;
}
