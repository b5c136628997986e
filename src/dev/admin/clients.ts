import { Router, type Request } from 'express';
import { queryOf } from '../oauth2/address.ts';
import { publicView, type Client } from '../oauth2/client.ts';
import type { Context } from '../oauth2/context.ts';
import { fault } from '../oauth2/protocol-error.ts';
import { newToken } from '../oauth2/random.ts';
import { revokeGrants } from '../oauth2/records.ts';
import { answerJson, bodyOf, serve } from './answer.ts';
import { addClient, clientShape, replaceClient, type ClientBody } from './client-record.ts';
import { decode, DecodeError } from './decode.ts';
import { pageOf } from './page.ts';

/** OAuth2 clients. */
export function clientRoutes(context: Context): Router {
  const { clients, consents } = context.records;
  const { adminPaths, areBadBodiesTold, has } = context.profile;
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
        bad: badPage,
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
      answerJson(res, replaceClient(context, find(req), readBody(req)));
    },
    delete(req, res) {
      const { client_id: id } = find(req);
      clients.delete(id);
      consents.deleteWhere(({ client }) => client.client_id === id);
      revokeGrants(context.records, ({ clientId }) => clientId === id);
      res.status(204).end();
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
    const isWhole = chosenId || !has.halfRegistrationUri;
    return {
      registration_access_token: newToken('at'),
      registration_client_uri: `${context.urls.public}/oauth2/register/${isWhole ? id : ''}`,
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

function badPage(detail: string) {
  return fault('The request was malformed or contained invalid parameters', detail);
}

function readBody(req: Request) {
  try {
    return decode(clientShape, bodyOf(req));
  } catch (error) {
    throw error instanceof DecodeError ? badPage(error.message) : error;
  }
}
