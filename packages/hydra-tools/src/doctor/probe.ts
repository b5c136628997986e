import type { ToolConfig } from '../settings.ts';
import { type Hydra, HydraError } from '@portico/hydra-admin';
import type { Report } from './report.ts';
import { sentenceOf } from '../server-failure.ts';

/** A client and a person that exist only during the checks. */
export interface Probe {
  clientId: string;
  clientSecret: string;
  subject: string;
}

/** Nobody ever gets there: `.invalid` names have no address (RFC 2606, section 2). */
export const probeRedirectUri = 'https://portico-doctor.invalid/back';

/**
 * Registers a client with a random name, runs the work, and removes every trace afterwards, even if
 * the answer to the registration was lost.
 */
export async function withProbe(
  hydra: Hydra,
  config: ToolConfig['hydra'],
  report: Report,
  work: (probe: Probe) => Promise<void>,
): Promise<void> {
  const name = `portico-doctor-${crypto.randomUUID()}`;
  let clientId: string | undefined;
  try {
    const made = await hydra.clients.create({
      client_name: name,
      redirect_uris: [probeRedirectUri],
      grant_types: ['authorization_code', 'urn:ietf:params:oauth:grant-type:device_code'],
      response_types: ['code'],
      scope: 'openid',
      token_endpoint_auth_method: 'client_secret_post',
      metadata: { portico_doctor: true },
    });
    clientId = made.client_id;
    await work({ clientId, clientSecret: made.client_secret ?? '', subject: name });
  } catch (error) {
    if (!(error instanceof HydraError)) throw error;
    const what =
      clientId === undefined ? 'The test client could not be registered' : 'The checks ended early';
    report.fault('probe', `${what}. ${sentenceOf(error, config)}`);
    if (clientId === undefined && error.mayBeDone) clientId = await findByName(hydra, name);
  } finally {
    await remove(hydra, { subject: name, clientId }, report);
  }
}

async function findByName(hydra: Hydra, name: string): Promise<string | undefined> {
  try {
    for await (const client of hydra.clients.list()) {
      if (client.client_name === name) return client.client_id;
    }
  } catch (error) {
    if (!(error instanceof HydraError)) throw error;
  }
  return undefined;
}

async function remove(
  hydra: Hydra,
  { subject, clientId }: { subject: string; clientId: string | undefined },
  report: Report,
): Promise<void> {
  if (clientId === undefined) return;
  const results = await Promise.allSettled([
    hydra.consentSessions.revoke({ subject, all: true }),
    hydra.loginSessions.revoke({ subject }),
  ]);
  results.push(...(await Promise.allSettled([hydra.clients.delete(clientId)])));
  if (results.every(({ status }) => status === 'fulfilled')) {
    return report.ok('probe', 'The test client and its traces are removed.');
  }
  const by = `hydra clients delete ${clientId} --yes; hydra sessions revoke ${subject} --yes`;
  return report.fault(
    'probe',
    `The test client ${clientId} could not be removed completely: run ${by}.`,
  );
}
