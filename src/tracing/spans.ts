/** Spans around what parts ask others for. Without a library behind the tracer, nothing is put around anything. */
import type { Around } from '@portico/hydra-admin';
import type { Watched } from '@portico/database';
import type { Identity, Way } from '../identity/backend.ts';
import { onwardHeaders, sqlComment } from '../web/current-request.ts';
import type { Tracer } from './tracer.ts';

/** Goes along with questions to other servers of the same house, and says to which request they belong. */
export interface Outward {
  /** Headers for the request to be sent now: `x-request-id`, and `traceparent` where there is a trace. */
  headersNow: () => Readonly<Record<string, string>> | undefined;
  /** For databases. */
  queries: Pick<Watched, 'around' | 'comment'>;
  span: Tracer['span'];
}

export function createOutward(tracer: Tracer): Outward {
  const { span } = tracer;
  const around: Watched['around'] = (query, work) =>
    span({ ...aboutQuery(query), kind: 'client' }, work);
  return {
    headersNow: onwardHeaders,
    queries: { comment: sqlComment, ...(tracer.isOn && { around }) },
    span,
  };
}

function aboutQuery(query: string) {
  const [operation = '', table] = query.split(' ');
  return {
    name: query,
    attributes: {
      'db.system.name': 'postgresql',
      'db.operation.name': operation.toUpperCase(),
      'db.collection.name': table,
      'db.query.summary': query,
    },
  };
}

/** Spans of the calls of the admin API; `undefined` if there are to be none. */
export function adminCallSpans({ isOn, span }: Tracer, adminUrl: string): Around | undefined {
  if (!isOn) return undefined;
  const { hostname, port, protocol } = new URL(adminUrl);
  const server = {
    'server.address': hostname,
    'server.port': Number(port) || (protocol === 'https:' ? 443 : 80),
  };
  return ({ operation, method, path }, outcome, work) => {
    const attributes = {
      ...server,
      'http.request.method': method,
      'url.template': path || undefined,
      'portico.operation': operation,
    };
    const name = path ? `${method} ${path}` : method;
    return span({ name, kind: 'client', attributes }, async (note) => {
      try {
        return await work();
      } finally {
        const { status, kind } = outcome;
        note({ 'http.response.status_code': status, 'portico.fault': kind });
      }
    });
  };
}

/** The same user store with spans of what it is asked; the same as it is if there are to be none. */
export function storeWithSpans(store: string, identity: Identity, tracer: Tracer): Identity {
  if (!tracer.isOn) return identity;
  const about = (name: string) => ({ name, attributes: { 'portico.store': store } });

  const withSpans = (way: Way): Way => ({
    ...way,
    begin: (wish) => tracer.span(about('identity.begin'), () => way.begin(wish)),
    finish: (address, departed) =>
      tracer.span(about('identity.finish'), async (note) => {
        const arrival = await way.finish(address, departed);
        if ('refused' in arrival) note({ 'portico.refused': arrival.refused });
        return arrival;
      }),
  });

  return {
    ...identity,
    verify: (login, password, origin) =>
      tracer.span(about('identity.verify'), async (note) => {
        const found = await identity.verify(login, password, origin);
        if ('refused' in found) note({ 'portico.refused': found.refused });
        return found;
      }),
    find: (subject) => tracer.span(about('identity.find'), () => identity.find(subject)),
    ...(identity.ways && { ways: identity.ways.map(withSpans) }),
    hasUsernames: () => identity.hasUsernames(),
    ready: () => identity.ready(),
    close: () => identity.close(),
  };
}
