import type { Json } from '@portico/hydra-admin';
import { publicView, type Client } from '../oauth2/client.ts';
import type { Profile } from '../oauth2/profile.ts';
import { fault } from '../oauth2/protocol-error.ts';
import { decodeClient } from './client-body.ts';
import type { ClientBody } from './client-record.ts';
import { DecodeError } from './decode.ts';
import { patched, PatchError } from './json-patch.ts';

/**
 * What a client is to be after a JSON Patch. Its secret can be set, but not be seen.
 * @throws ProtocolError 500 when the patch is none or does not fit; 404 when it changes the id
 */
export function patchedBody(former: Client, patch: string, { has }: Profile): ClientBody {
  const document = jsonIn(JSON.stringify({ ...publicView(former), client_secret: '' }));
  let body: ClientBody;
  try {
    const changed = patched(document, jsonIn(patch), has.fullPatches);
    // The key of the database has this name, and stays.
    if (Object.hasOwn(Object(changed), 'id')) throw new PatchError('The id cannot be changed.');
    const kept = has.removingPatches ? {} : decodeClient(JSON.stringify(document));
    body = { ...kept, ...decodeClient(JSON.stringify(changed)) };
  } catch (error) {
    const isBad = [PatchError, DecodeError, SyntaxError].some((kind) => error instanceof kind);
    throw isBad ? fault('error') : error;
  }
  if (body.client_id !== former.client_id) throw fault('Unable to locate the resource');
  return body;
}

function jsonIn(text: string): Json {
  const value: Json = JSON.parse(text);
  return value;
}
