import type { Request } from 'express';
import { formOf } from './address.ts';
import { isPublic, type Client } from './client.ts';
import type { Context } from './context.ts';
import { fault } from './protocol-error.ts';

/**
 * The client that sent a form, when it proved itself by the one way that it registered
 * (OAuth 2.0 2.3.1): Basic with percent-encoded parts, or fields of the form, or its id alone.
 * @throws ProtocolError
 */
export function authenticateClient(context: Context, req: Request): Client {
  const form = formOf(req);
  const basic = readBasic(req.headers.authorization);
  const id = basic?.id ?? form.get('client_id');
  const secret = basic?.secret ?? form.get('client_secret') ?? '';
  if (!id) throw fault('invalid_request', 'The credentials of the client are missing.');
  const client = context.records.clients.get(id);
  if (!client) throw fault('invalid_client');
  const registered = client.token_endpoint_auth_method;
  if (form.get('client_id') && form.get('client_secret')) demand('client_secret_post', registered);
  if (basic?.secret) demand('client_secret_basic', registered);
  if (!isPublic(client) && secret !== client.client_secret) throw fault('invalid_client');
  return client;
}

function demand(used: string, registered: string): void {
  if (used === registered) return;
  throw fault('invalid_client', `The client is registered for "${registered}", not for "${used}".`);
}

function readBasic(header: string | undefined): { id: string; secret: string } | undefined {
  const encoded = /^basic +(.+)$/i.exec(header ?? '')?.[1];
  if (encoded === undefined) return undefined;
  const text = Buffer.from(encoded, 'base64').toString();
  const colon = text.indexOf(':');
  if (colon < 0) return undefined;
  return { id: decodePart(text.slice(0, colon)), secret: decodePart(text.slice(colon + 1)) };
}

function decodePart(part: string): string {
  try {
    return decodeURIComponent(part.replaceAll('+', ' '));
  } catch {
    throw fault(
      'invalid_request',
      'The Authorization header is not percent-encoded as it must be.',
    );
  }
}
