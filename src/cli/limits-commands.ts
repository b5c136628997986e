import { createTable, misuse, type Command, type Given } from '@portico/command-line';
import { bareAddress } from '../web/client-address.ts';
import type { Standing } from '../limits/limit.ts';
import { control } from './control-client.ts';

const selection = {
  login: { value: 'LOGIN', help: 'only what concerns this email address or username' },
  address: { value: 'ADDRESS', help: 'only what concerns this address and its networks' },
};
/** Short for one of these options: an address, or else a login. */
const optionalOperand = 'WHO';

const details = `It asks the running Portico by a socket, which it finds by PORT or CONTROL_SOCKET: run it with the
settings of the app, as the same user. Each instance has limits of its own, unless they share
them in a database. Logins are shown by their mark, the login_mark of the audit trail.`;

const table = (columns: number | undefined) =>
  createTable<Standing>(
    [
      { title: 'WHO', of: ({ key }) => key },
      { title: 'LIMIT', of: ({ limit }) => limit },
      { title: 'WRONG', of: ({ wrong }) => String(wrong) },
      { title: 'WAITS', of: ({ waitSeconds }) => `${waitSeconds} s` },
    ],
    columns,
  );

/** Shows and forgets wrong passwords and device codes. */
export const limitsCommands: Command[] = [
  {
    name: 'limits list',
    operands: [],
    optionalOperand,
    summary: 'Lists who has to wait after wrong passwords or device codes.',
    details,
    options: selection,
    async run(given, context) {
      const { limits } = await control<{ limits: Standing[] }>(
        context.env,
        'POST /limits/list',
        selected(given),
      );
      if (given.has('json')) await context.printJson({ limits });
      else if (limits.length === 0) context.note('Nobody has to wait.');
      else await context.print(table(context.stdout.columns).lines(limits));
    },
  },
  {
    name: 'limits clear',
    operands: [],
    optionalOperand,
    summary: 'Forgets wrong passwords and device codes.',
    details: `Name a login, an address, or --all. ${details}`,
    options: { ...selection, all: { help: 'everything' } },
    async run(given, context) {
      const chosen = selected(given);
      const choices = Object.keys(chosen).length + (given.has('all') ? 1 : 0);
      if (choices !== 1) throw misuse('limits clear needs one of a login, an address and --all.');
      const { cleared } = await control<{ cleared: number }>(
        context.env,
        'POST /limits/clear',
        chosen,
      );
      if (given.has('json')) await context.printJson({ cleared });
      else context.note(cleared === 1 ? 'Forgot 1 count.' : `Forgot ${cleared} counts.`);
    },
  },
];

function selected(given: Given): { login?: string; address?: string } {
  const [login, address] = [given.text('login'), given.text('address')];
  const [who] = given.operands;
  if (who !== undefined) {
    if (login ?? address) throw misuse('Name a login or an address once.');
    return bareAddress(who) ? { address: who } : { login: who };
  }
  if (address !== undefined && !bareAddress(address)) {
    throw misuse('--address must be an IPv4 or IPv6 address.');
  }
  return { ...(login !== undefined && { login }), ...(address !== undefined && { address }) };
}
