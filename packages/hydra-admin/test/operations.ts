import type { Hydra } from '../src/client.ts';
import type { AcceptConsent, AcceptLogin, Reject } from '../src/bodies.ts';

/** Fits every operation that sends an answer. */
export type AnyAnswer = AcceptLogin & AcceptConsent & Reject;

interface Given {
  challenge?: string;
  answer?: AnyAnswer;
  userCode?: string;
}

export const anAnswer: AnyAnswer = {
  subject: 's',
  grant_scope: [],
  grant_access_token_audience: [],
  session: { access_token: {}, id_token: {} },
  error: 'access_denied',
};

/** Operations by the names that `observe` gets. */
export const operations: Record<string, (hydra: Hydra, given: Given) => Promise<unknown>> = {
  'login.get': ({ login }, { challenge = '' }) => login.get(challenge),
  'login.accept': ({ login }, { challenge = '', answer = anAnswer }) =>
    login.accept(challenge, answer),
  'login.reject': ({ login }, { challenge = '', answer = anAnswer }) =>
    login.reject(challenge, answer),
  'consent.get': ({ consent }, { challenge = '' }) => consent.get(challenge),
  'consent.accept': ({ consent }, { challenge = '', answer = anAnswer }) =>
    consent.accept(challenge, answer),
  'consent.reject': ({ consent }, { challenge = '', answer = anAnswer }) =>
    consent.reject(challenge, answer),
  'logout.get': ({ logout }, { challenge = '' }) => logout.get(challenge),
  'logout.accept': ({ logout }, { challenge = '' }) => logout.accept(challenge),
  'logout.reject': ({ logout }, { challenge = '' }) => logout.reject(challenge),
  'device.accept': ({ device }, { challenge = '', userCode = 'code' }) =>
    device.accept(challenge, userCode),
  'server.version': ({ server }) => server.version(),
};
