import { initialOf } from './initial-of.ts';

/** How a person looks on our screens. */
export interface PersonView {
  name?: string;
  email: string;
  initial: string;
}

/** A person as the user store knows them; without a name the e-mail address stands for them. */
export function personView(user: { name?: string; email: string }): PersonView {
  const name = user.name?.trim();
  return { ...(name && { name }), email: user.email, initial: initialOf(name || user.email) };
}
