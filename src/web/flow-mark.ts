import { randomUUID } from 'node:crypto';

/**
 * A mark that travels with a sign-in from login to consent, in the `context` that the server hands
 * on. Servers since 2.2 give a new consent challenge each time that a browser comes back with an old
 * login answer; by the mark it is still known that this sign-in ended.
 */
const member = 'portico_flow';

/** The same decision with a fresh mark beside whatever context it has. */
export function withFlowMark<T extends { context?: unknown }>(decision: T) {
  const context = isRecord(decision.context) ? (decision.context as Record<string, string>) : {};
  return { ...decision, context: { ...context, [member]: randomUUID() } };
}

/** The mark in a consent request's context; `undefined` when the login was not accepted by us. */
export function flowMarkOf(context: unknown): string | undefined {
  const mark = isRecord(context) ? context[member] : undefined;
  return typeof mark === 'string' && mark !== '' ? `${member} ${mark}` : undefined;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
