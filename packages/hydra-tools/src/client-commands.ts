import { HydraError, type RegisteredClient } from '@portico/hydra-admin';
import {
  clientOptions,
  fileOf,
  idOption,
  membersOf,
  metadataOf,
  saysAnything,
} from './client-flags.ts';
import { clientOf, newClientOf, settableOf } from './client-members.ts';
import { clientColumns, printClient, shown } from './client-views.ts';
import { yesOption, type Command, type Given } from './command.ts';
import type { CommandContext } from './command-context.ts';
import { Failure, misuse, orUnknown } from './failure.ts';
import { printList } from './print-list.ts';
import { nameOf } from './read-source.ts';

const create: Command = {
  name: 'clients create',
  operands: [],
  says: 'Registers a client, from options or from a file.',
  more: `The secret that the server makes is printed once, and never told again. A secret of your own comes
from a file or the standard input, never from an option: it would stay in the history of the shell.`,
  options: { ...idOption, ...clientOptions },
  async run(given, context) {
    if (!saysAnything(given)) {
      throw misuse(
        'Say what the client is: by options such as --name and --redirect-uri, or --file.',
      );
    }
    const flags = await membersOf(given, context);
    const file = clientOf(await fileOf(given, context), fileNameOf(given));
    const metadata = metadataOf(given, file['metadata']);
    const client = newClientOf({ ...file, ...flags, ...(metadata && { metadata }) });
    const made = await context.hydra.clients.create(client).catch((error: unknown) => {
      const isTaken = error instanceof HydraError && error.kind === 'conflict';
      throw isTaken
        ? new Failure(`There is a client ${JSON.stringify(client.client_id)} already.`)
        : error;
    });
    await tell(context, given, made, { isSecretTheirs: client.client_secret !== undefined });
  },
};

const list: Command = {
  name: 'clients list',
  operands: [],
  says: 'Lists the clients.',
  options: {
    name: { value: 'NAME', says: 'only those of exactly this name' },
    owner: { value: 'OWNER', says: 'only those of exactly this owner' },
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

const show: Command = {
  name: 'clients show',
  operands: ['ID'],
  says: 'Shows all that is known of a client.',
  options: {},
  async run(given, context) {
    await printClient(context, given, await find(context, given));
  },
};

const update: Command = {
  name: 'clients update',
  operands: ['ID'],
  says: 'Changes what is said, and leaves the rest of a client as it is.',
  more: `Members of a --file take the place of those that the client has; null gives one back to the server's
own way. --audience "" empties a list. The secret stays unless a new one is given.`,
  options: clientOptions,
  async run(given, context) {
    if (!saysAnything(given)) throw misuse('Say what is to change: by options, or by --file.');
    const id = given.operands[0]!;
    const flags = await membersOf(given, context);
    const text = await fileOf(given, context);
    const before = await find(context, given);
    const file = clientOf(text, fileNameOf(given), before);
    if (file['client_id'] !== undefined && file['client_id'] !== id) {
      throw misuse(
        `${fileNameOf(given)} is about another client: its client_id is not ${JSON.stringify(id)}.`,
      );
    }
    const metadata = metadataOf(given, file['metadata'] ?? before.metadata);
    const all = { ...settableOf(before), ...file, ...flags, ...(metadata && { metadata }) };
    const changed = await context.hydra.clients
      .replace(id, newClientOf(all))
      .catch(orUnknown(noSuch(id)));
    // The answer tells the time of the change in its place.
    const { created_at = '' } = before;
    await tell(context, given, { ...changed, created_at }, { isSecretTheirs: true });
  },
};

const remove: Command = {
  name: 'clients delete',
  operands: ['ID'],
  says: 'Deletes a client, its consents, and the worth of its tokens.',
  options: yesOption,
  async run(given, context) {
    const id = given.operands[0]!;
    await context.confirm(given, async () => {
      const { client_name: name } = await find(context, given);
      return `Delete the client ${id}${name && ` (${name})`}, its consents and its tokens?`;
    });
    await context.hydra.clients.delete(id).catch(orUnknown(noSuch(id)));
    if (given.has('json')) await context.printJson({ client_id: id, deleted: true });
    else context.note(`The client ${id} is deleted.`);
  },
};

export const clientCommands = [create, list, show, update, remove];

async function find(
  { hydra }: CommandContext,
  { operands: [id = ''] }: Given,
): Promise<RegisteredClient> {
  return hydra.clients.get(id).catch(orUnknown(noSuch(id)));
}

/** Shows a secret that the server made, this once; whoever brought it has it already. */
async function tell(
  context: CommandContext,
  given: Given,
  { client_secret: secret, ...client }: RegisteredClient,
  { isSecretTheirs }: { isSecretTheirs: boolean },
): Promise<void> {
  const isTold = secret !== undefined && !isSecretTheirs;
  await printClient(context, given, { ...client, ...(isTold && { client_secret: secret }) });
  if (isTold) context.note('The secret is shown this once and never again: keep it now.');
}

function fileNameOf(given: Given): string {
  return nameOf(given.text('file') ?? '');
}

function noSuch(id: string): string {
  return `There is no client ${JSON.stringify(id)}.`;
}
