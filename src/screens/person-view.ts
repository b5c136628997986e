import { initialOf } from './initial-of.ts';
import { visibleText, visibleValue } from './visible-text.ts';

/** A person as our screens show them. */
export interface PersonView {
  name?: string;
  /** Or what stands for it, where another site tells none. */
  email: string;
  initial: string;
}

/** A person from the user store, by the name and by what else tells them from others. */
export function personView(user: {
  subject: string;
  name?: string;
  email?: string;
  username?: string;
}): PersonView {
  const name = visibleText(user.name);
  const email = visibleValue(user.email ?? user.username ?? user.subject);
  return { email, initial: initialOf(name || email), ...(name && { name }) };
}
