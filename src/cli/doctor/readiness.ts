import { checkClock } from '@portico/hydra-tools';
import type { PathAnswer } from '../../doctor/answer.ts';
import type { Path } from './path.ts';

/** What instances say about the parts that they need. */
const parts = {
  server: {
    about: 'app_server',
    ok: 'The app reaches the admin API.',
    fault:
      'does not reach the admin API: check HYDRA_ADMIN_URL of the app, and the network between',
    setting: 'HYDRA_ADMIN_URL',
  },
  people: {
    about: 'people',
    ok: 'The app reaches its user store.',
    fault: 'does not reach its user store, so nobody can sign in: see its log',
    setting: 'IDENTITY',
  },
  database: {
    about: 'database',
    ok: 'What instances share can be read and written.',
    fault:
      'does not reach the database of DATABASE_URL, or its tables are not up to date: see its log, and run "portico migrate"',
    setting: 'DATABASE_URL',
  },
} as const;

/** Checks what the app says about itself: its clock, and what it depends on. */
export function checkReadiness({ report }: Path, answers: PathAnswer[]): void {
  const isShared = answers.every((answer) => answer.isShared);
  for (const [name, { about, ok, fault, setting }] of Object.entries(parts)) {
    const away = answers.find(({ ready }) => ready?.[name as keyof typeof parts] === false);
    if (away) report.fault(about, `The instance ${away.release.instance} ${fault}.`, setting);
    else if (name !== 'database' || isShared) report.ok(about, ok);
  }
  const { size } = new Set(answers.map(({ release }) => release.instance));
  if (!isShared && size === 1) {
    report.ok('database', 'The app keeps sessions, answers and limits in its memory.');
  } else if (!isShared) {
    const says = `${size} instances answer, and each keeps sessions, answers and limits for itself: give them a database (DATABASE_URL, STATE=database).`;
    report.warning('database', says, 'STATE');
  }
  const times = answers.map(({ time }) => time);
  const farthest = times.toSorted((a, b) => Math.abs(b - Date.now()) - Math.abs(a - Date.now()))[0];
  checkClock('app', new Date(farthest!), report);
}
