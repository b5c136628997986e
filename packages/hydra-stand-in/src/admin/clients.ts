import { Router, type Request } from 'express';
import { queryOf } from '../oauth2/address.ts';
import { publicView, type Client } from '../oauth2/client.ts';
import type { Context } from '../oauth2/context.ts';
import { fault } from '../oauth2/protocol-error.ts';
import { newToken } from '../oauth2/random.ts';
import { revokeGrants } from '../oauth2/records.ts';
import { answerJson, bodyOf, serve } from './answer.ts';
import { decodeClient, decodeLifespans } from './client-body.ts';
import { patchedBody } from './client-patch.ts';
import { addClient, replaceClient, setLifespans, type ClientBody } from './client-record.ts';
import { DecodeError } from './decode.ts';
import { pageOf } from './page.ts';

/** OAuth2 clients. */
export function clientRoutes(context: Context): Router {
  const { clients, consents } = context.records;
  const { adminPaths, areBadBodiesTold, registrationEnd } = context.profile;
  const router = Router();
  serve(router, '/clients', {
    get(req, res) {
      const query = queryOf(req);
      const listed = [...clients.values()].filter(
        (client) =>
          isWanted(query.get('client_name'), client.client_name) &&
          isWanted(query.get('owner'), client.owner),
      );
      const page = pageOf(context, res, {
        path: '/clients',
        items: listed,
        keyOf: (client) => client.client_id,
        query,
        total: clients.size,
        bad: malformed,
      });
      if (!res.destroyed) answerJson(res, page.map(publicView));
    },
    post(req, res) {
      const body = readNewBody(req);
      const client = addClient(context, body);
      const base = adminPaths[0] === '/' ? '' : adminPaths[0];
      res.set('location', `${base}/clients/${encodeURIComponent(client.client_id)}`);
      answerJson(res, { ...client, ...registrationOf(client, body.client_id) }, 201);
    },
  });
  serve(router, '/clients/:id', {
    get(req, res) {
      answerJson(res, publicView(find(req)));
    },
    put(req, res) {
      const body = readBody(req);
      answerJson(res, replaceClient(context, find(req), body));
    },
    patch(req, res) {
      const former = find(req);
      answerJson(
        res,
        replaceClient(context, former, patchedBody(former, bodyOf(req), context.profile)),
      );
    },
    delete(req, res) {
      const { client_id: id } = find(req);
      clients.delete(id);
      consents.deleteWhere(({ client }) => client.client_id === id);
      revokeGrants(context.records, ({ clientId }) => clientId === id);
      res.status(204).end();
    },
  });

  serve(router, '/clients/:id/lifespans', {
    put(req, res) {
      const former = find(req);
      const lifespans = readable(() => decodeLifespans(bodyOf(req)));
      answerJson(res, setLifespans(context, former, lifespans));
    },
  });

  function readNewBody(req: Request): ClientBody {
    try {
      return readBody(req);
    } catch (error) {
      throw areBadBodiesTold ? error : fault('error');
    }
  }

  /** Told once; here it leads nowhere. */
  function registrationOf({ client_id: id }: Client, chosenId: string | undefined) {
    const end =
      chosenId || registrationEnd === 'id' ? `/${encodeURIComponent(id)}` : registrationEnd;
    return {
      registration_access_token: newToken('at'),
      registration_client_uri: `${context.urls.public}/oauth2/register${end}`,
    };
  }

  function find(req: Request<Record<string, string>>): Client {
    const client = clients.get(req.params['id'] ?? '');
    if (!client) throw fault('Unable to locate the resource');
    return client;
  }
  return router;
}

function isWanted(wanted: string | null, given: string): boolean {
  return !wanted || wanted === given;
}

function malformed(detail: string) {
  return fault('The request was malformed or contained invalid parameters', detail);
}

function readBody(req: Request): ClientBody {
  return readable(() => decodeClient(bodyOf(req)));
}

function readable<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw error instanceof DecodeError ? malformed(error.message) : error;
  }
}
