import { initialOf } from './initial-of.ts';
import { visibleText, visibleValue } from './visible-text.ts';

/** A person as our screens show them. */
export interface PersonView {
  name?: string;
  email: string;
  initial: string;
}

/** A person from the user store. Without a name, the email address takes its place. */
export function personView(user: { name?: string; email: string }): PersonView {
  const name = visibleText(user.name);
  const email = visibleValue(user.email);
  return { ...(name && { name }), email, initial: initialOf(name || email) };
}
