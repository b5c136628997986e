import { Failure, misuse, nameOf, printList, yesOption, type Given } from '@portico/command-line';
import { HydraError, type RegisteredClient } from '@portico/hydra-admin';
import {
  clientOptions,
  fileOf,
  idOption,
  membersOf,
  metadataOf,
  hasAnyClientOption,
} from './client-flags.ts';
import { clientOf, newClientOf, settableOf } from './client-members.ts';
import { clientColumns, printClient, shown } from './client-views.ts';
import type { ServerCommand, ServerContext } from './server-command.ts';
import { orUnknown } from './server-failure.ts';

const create: ServerCommand = {
  name: 'clients create',
  operands: [],
  summary: 'Registers a client, from options or from a file.',
  details: `A secret that the server generates is printed once and never shown again. Give a secret of your own
by a file or the standard input: an option would stay in the history of the shell.`,
  options: { ...idOption, ...clientOptions },
  async run(given, context) {
    if (!hasAnyClientOption(given)) {
      throw misuse(
        'Describe the client: by options such as --name and --redirect-uri, or by --file.',
      );
    }
    const flags = await membersOf(given, context);
    const file = clientOf(await fileOf(given, context), fileNameOf(given));
    const metadata = metadataOf(given, file['metadata']);
    const client = newClientOf({ ...file, ...flags, ...(metadata && { metadata }) });
    const made = await context.hydra.clients.create(client).catch((error: unknown) => {
      const isTaken = error instanceof HydraError && error.kind === 'conflict';
      throw isTaken
        ? new Failure(`The client ${JSON.stringify(client.client_id)} exists already.`)
        : error;
    });
    await printResult(context, given, made, { isSecretKnown: client.client_secret !== undefined });
  },
};

const list: ServerCommand = {
  name: 'clients list',
  operands: [],
  summary: 'Lists the clients.',
  options: {
    name: { value: 'NAME', help: 'only clients with exactly this name' },
    owner: { value: 'OWNER', help: 'only clients with exactly this owner' },
  },
  async run(given, context) {
    const clients = context.hydra.clients.list({
      clientName: given.text('name') ?? '',
      owner: given.text('owner') ?? '',
    });
    await printList(context, given, clients, {
      columns: clientColumns,
      shape: shown,
      noun: 'clients',
    });
  },
};

const show: ServerCommand = {
  name: 'clients show',
  operands: ['ID'],
  summary: 'Shows everything about a client.',
  options: {},
  async run(given, context) {
    await printClient(context, given, await getClient(context, given));
  },
};

const update: ServerCommand = {
  name: 'clients update',
  operands: ['ID'],
  summary: 'Changes the given members of a client and keeps the rest.',
  details: `Members in --file replace those of the client; null resets a member to the server's default.
--audience "" empties a list. The secret stays unless you give a new one.`,
  options: clientOptions,
  async run(given, context) {
    if (!hasAnyClientOption(given)) throw misuse('Say what to change: by options, or by --file.');
    const id = given.operands[0]!;
    const flags = await membersOf(given, context);
    const text = await fileOf(given, context);
    const before = await getClient(context, given);
    const file = clientOf(text, fileNameOf(given), before);
    if (file['client_id'] !== undefined && file['client_id'] !== id) {
      throw misuse(
        `${fileNameOf(given)} describes another client: its client_id is not ${JSON.stringify(id)}.`,
      );
    }
    const metadata = metadataOf(given, file['metadata'] ?? before.metadata);
    const all = { ...settableOf(before), ...file, ...flags, ...(metadata && { metadata }) };
    const changed = await context.hydra.clients
      .replace(id, newClientOf(all))
      .catch(orUnknown(noSuch(id)));
    // The server answers with the time of the change in `created_at`.
    const { created_at = '' } = before;
    await printResult(context, given, { ...changed, created_at }, { isSecretKnown: true });
  },
};

const remove: ServerCommand = {
  name: 'clients delete',
  operands: ['ID'],
  summary: 'Deletes a client and its consents, and makes its tokens inactive.',
  options: yesOption,
  async run(given, context) {
    const id = given.operands[0]!;
    await context.confirm(given, async () => {
      const { client_name: name } = await getClient(context, given);
      return `Delete the client ${id}${name && ` (${name})`}, its consents and its tokens?`;
    });
    await context.hydra.clients.delete(id).catch(orUnknown(noSuch(id)));
    if (given.has('json')) await context.printJson({ client_id: id, deleted: true });
    else context.note(`The client ${id} is deleted.`);
  },
};

export const clientCommands = [create, list, show, update, remove];

async function getClient(
  { hydra }: ServerContext,
  { operands: [id = ''] }: Given,
): Promise<RegisteredClient> {
  return hydra.clients.get(id).catch(orUnknown(noSuch(id)));
}

/** Prints the client, with its secret only if the server generated it. */
async function printResult(
  context: ServerContext,
  given: Given,
  { client_secret: secret, ...client }: RegisteredClient,
  { isSecretKnown }: { isSecretKnown: boolean },
): Promise<void> {
  const isNew = secret !== undefined && !isSecretKnown;
  await printClient(context, given, { ...client, ...(isNew && { client_secret: secret }) });
  if (isNew) context.note('The secret is shown only once: store it now.');
}

function fileNameOf(given: Given): string {
  return nameOf(given.text('file') ?? '');
}

function noSuch(id: string): string {
  return `There is no client ${JSON.stringify(id)}.`;
}
