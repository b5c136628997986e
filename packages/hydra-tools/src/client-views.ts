import { listOfValues, type Column, type Given } from '@portico/command-line';
import type { RegisteredClient } from '@portico/hydra-admin';
import type { ServerContext } from './server-command.ts';

export const clientColumns: Column<RegisteredClient>[] = [
  { title: 'ID', of: (client) => client.client_id },
  { title: 'NAME', of: (client) => client.client_name ?? '' },
  { title: 'AUTH METHOD', of: (client) => client.token_endpoint_auth_method ?? '' },
  { title: 'CHECKED', of: (client) => (client.metadata?.['checked'] === true ? 'yes' : '') },
  { title: 'GRANTS', of: (client) => client.grant_types?.map(shortGrant).join(' ') ?? '' },
  { title: 'SCOPE', of: (client) => client.scope ?? '' },
];

/**
 * A client as it is shown: without the token that lets anybody change it by dynamic registration.
 */
export function shown(client: RegisteredClient): object {
  const { registration_access_token: _token, ...rest } = client as RegisteredClient & {
    registration_access_token?: string;
  };
  return rest;
}

/** Prints all members that are not empty, one a line; the secret comes last. */
export async function printClient(
  context: ServerContext,
  given: Given,
  client: RegisteredClient,
): Promise<void> {
  const members = Object.entries(shown(client))
    .filter(([, value]) => !isEmpty(value))
    .toSorted(([a], [b]) => rankOf(a) - rankOf(b));
  const lines = listOfValues(members.map(([name, value]) => [name, textOf(value)]));
  await (given.has('json') ? context.printJson(shown(client)) : context.print(lines));
}

function rankOf(name: string): number {
  return { client_id: 0, client_name: 1, client_secret: 3 }[name] ?? 2;
}

function isEmpty(value: unknown): boolean {
  if (value === null || value === undefined || value === '' || value === 0) return true;
  return typeof value === 'object' && Object.keys(value).length === 0;
}

function textOf(value: unknown): string {
  if (Array.isArray(value) && value.every((item) => typeof item === 'string'))
    return value.join(' ');
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function shortGrant(name: string): string {
  return name.replace('urn:ietf:params:oauth:grant-type:', '');
}
