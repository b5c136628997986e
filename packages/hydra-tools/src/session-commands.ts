import { misuse, printList, yesOption, type Column, type Given } from '@portico/command-line';
import type { ConsentSession } from '@portico/hydra-admin';
import type { ServerCommand } from './server-command.ts';

const columns: Column<ConsentSession>[] = [
  { title: 'CLIENT', of: ({ consent_request: { client } }) => client.client_id },
  { title: 'NAME', of: ({ consent_request: { client } }) => client.client_name ?? '' },
  { title: 'GRANTED', of: ({ handled_at: at }) => at ?? '' },
  { title: 'REMEMBERED', of: rememberedFor },
  { title: 'SCOPE', of: ({ grant_scope: scopes }) => scopes.join(' ') },
];

const list: ServerCommand = {
  name: 'sessions list',
  operands: ['SUBJECT'],
  summary: 'Lists the consents that a person has given to clients.',
  options: {},
  async run(given, context) {
    const [subject = ''] = given.operands;
    const consents = context.hydra.consentSessions.list(subject);
    await printList(context, given, consents, { columns, shape: shown, noun: 'consents' });
  },
};

const revoke: ServerCommand = {
  name: 'sessions revoke',
  operands: ['SUBJECT'],
  summary: 'Revokes consents, with their tokens, and ends login sessions.',
  details:
    'Without --logins and --consents it does both; with --client it revokes only the consents for that\nclient.',
  options: {
    logins: { help: 'only login sessions: tokens stay valid' },
    consents: { help: 'only consents, and all tokens issued for them' },
    client: { value: 'ID', help: 'only the consents for this client' },
    ...yesOption,
  },
  async run(given, context) {
    const [subject = ''] = given.operands;
    const { client, logins, consents } = readSelection(given);
    const what = [
      consents &&
        `the consents of ${subject}${client === undefined ? '' : ` for ${client}`}, with their tokens`,
      logins && `the login sessions of ${subject}`,
    ]
      .filter(Boolean)
      .join(', and ');
    await context.confirm(given, async () => `Revoke ${what}?`);
    const { consentSessions, loginSessions } = context.hydra;
    if (consents) {
      await consentSessions.revoke(
        client === undefined ? { subject, all: true } : { subject, client },
      );
    }
    if (logins) await loginSessions.revoke({ subject });
    if (!given.has('json')) context.note(`Revoked, if there were any: ${what}.`);
    else await context.printJson({ subject, client: client ?? null, consents, logins });
  },
};

export const sessionCommands = [list, revoke];

function readSelection(given: Given) {
  const client = given.text('client');
  if (client === '') throw misuse('--client needs the id of a client.');
  if (client !== undefined && given.has('logins')) {
    throw misuse(
      '--client is about consents: login sessions do not belong to a client, so leave --logins out.',
    );
  }
  const isNeither = !given.has('logins') && !given.has('consents');
  return {
    client,
    consents: given.has('consents') || isNeither,
    logins: given.has('logins') || (isNeither && client === undefined),
  };
}

/** The same members for every version of the server. */
function shown(session: ConsentSession): object {
  const { client, login_session_id: sid } = session.consent_request;
  return {
    client_id: client.client_id,
    client_name: client.client_name ?? '',
    scope: session.grant_scope,
    audience: session.grant_access_token_audience,
    remember: session.remember,
    remember_for: session.remember_for,
    handled_at: session.handled_at ?? null,
    login_session_id: sid ?? null,
    consent_request_id: session.consent_request_id ?? null,
  };
}

function rememberedFor({ remember, remember_for: seconds }: ConsentSession): string {
  if (!remember) return 'no';
  if (seconds <= 0) return 'for ever';
  const [size, unit] = [
    [86_400, 'd'],
    [3_600, 'h'],
    [60, 'min'],
    [1, 's'],
  ].find(([size]) => seconds >= Number(size) && seconds % Number(size) === 0) as [number, string];
  return `${seconds / size} ${unit}`;
}
