import { initialOf } from './initial-of.ts';

/** A person as our screens show them. */
export interface PersonView {
  name?: string;
  email: string;
  initial: string;
}

/** A person from the user store. Without a name, the e-mail address takes its place. */
export function personView(user: { name?: string; email: string }): PersonView {
  const name = user.name?.trim();
  return { ...(name && { name }), email: user.email, initial: initialOf(name || user.email) };
}
