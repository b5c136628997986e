import { Counter, type Registry } from 'prom-client';
import type { AuditEvent, AuditFacts } from '../audit/audit.ts';
import { statusOf } from '../errors.ts';
import type { Identity } from '../identity/backend.ts';

type Reason = AuditFacts['refused']['reason'];

/** How a sign-in by each way can end; the names are those of the audit trail. */
const byPassword = [
  'signed_in',
  'wrong',
  'disabled',
  'locked',
  'password_expired',
  'paused',
  'busy',
];
const remembered: Reason[] = ['gone', 'credentials_changed', 'signed_out'];
const elsewhere: Reason[] = ['cancelled', 'unavailable', 'stale', 'unproven', 'late'];
const consents = ['granted', 'remembered', 'first_party', 'consent_denied', 'interaction_required'];
const formFaults = ['cross_site', 'no_cookie', 'unknown_cookie', 'wrong_token', 'wrong_seal'];

/** No way was chosen. */
const none = 'none';

/** Counts what the audit trail tells, also what is summed there. */
export function createAuditMetrics(registers: Registry[]) {
  const counter = <L extends string>(name: string, help: string, labelNames: L[]) =>
    new Counter({ name, help, labelNames, registers });
  const signIns = counter('portico_sign_ins_total', 'Sign-ins, by result and way', [
    'way',
    'result',
  ]);
  const consent = counter('portico_consents_total', 'Consents, by result', ['result']);
  const signOuts = counter('portico_sign_outs_total', 'Sign-outs, by result', ['result']);
  const limits = counter('portico_limit_hits_total', 'Limits that began to hold', ['limit']);
  const forms = counter('portico_forms_refused_total', 'Forms that were refused', ['reason']);
  const codes = counter('portico_device_codes_refused_total', 'Device codes that were refused', [
    'reason',
  ]);

  const countOf: { [E in AuditEvent]: (facts: AuditFacts[E]) => void } = {
    signed_in: ({ reason, way }) =>
      signIns.inc({
        way: reason === 'remembered' ? reason : (way ?? 'password'),
        result: 'signed_in',
      }),
    refused: ({ reason, way }) =>
      signIns.inc({
        way: remembered.includes(reason) ? 'remembered' : (way ?? 'password'),
        result: reason,
      }),
    denied: ({ reason }) =>
      reason === 'login_cancelled'
        ? signIns.inc({ way: none, result: 'cancelled' })
        : consent.inc({ result: reason }),
    granted: ({ reason = 'granted' }) => consent.inc({ result: reason }),
    signed_out: () => signOuts.inc({ result: 'signed_out' }),
    stayed: () => signOuts.inc({ result: 'stayed' }),
    limit_hit: ({ reason }) => limits.inc({ limit: reason }),
    form_refused: ({ reason }) => forms.inc({ reason }),
    code_refused: ({ reason }) => codes.inc({ reason }),
  };

  return {
    audited: <E extends AuditEvent>(event: E, facts: AuditFacts[E]): void => {
      countOf[event](facts);
    },

    /** Makes the series that these parts can cause. */
    expect({ ways = [], takesPasswords = true }: Identity, limitNames: readonly string[]): void {
      const results: [way: string, results: readonly string[]][] = [
        ...(takesPasswords ? [['password', byPassword] as [string, string[]]] : []),
        ['remembered', ['signed_in', ...remembered]],
        ...ways.map(({ id }) => [id, ['signed_in', ...elsewhere]] as [string, string[]]),
        [none, ['cancelled']],
      ];
      for (const [way, all] of results) for (const result of all) signIns.inc({ way, result }, 0);
      for (const result of consents) consent.inc({ result }, 0);
      for (const result of ['signed_out', 'stayed']) signOuts.inc({ result }, 0);
      for (const limit of limitNames) limits.inc({ limit }, 0);
      for (const reason of ['wrong', 'paused']) codes.inc({ reason }, 0);
      const pages = Object.entries(statusOf).filter(([, status]) => status < 500);
      for (const reason of [...formFaults, ...pages.map(([code]) => code)])
        forms.inc({ reason }, 0);
    },
  };
}
