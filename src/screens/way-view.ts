import { extname, resolve } from 'node:path';
import type { Way } from '../identity/backend.ts';
import { initialOf } from './initial-of.ts';

/** A way to sign in as its button shows it. */
export interface WayView {
  id: string;
  name: string;
  initial: string;
  /** The name of a static file. */
  icon?: string;
}

export function wayView({ id, name, icon }: Way): WayView {
  return { id, name, initial: initialOf(name), ...(icon && { icon: fileOf(id, icon) }) };
}

/** The pictures of ways, which we serve ourselves: their paths by the names of static files. */
export function wayIcons(ways: readonly Way[] = []): Record<string, string> {
  const files = ways.flatMap(({ id, icon }) => (icon ? [[fileOf(id, icon), resolve(icon)]] : []));
  return Object.fromEntries(files) as Record<string, string>;
}

const fileOf = (id: string, icon: string): string => `way-${id}${extname(icon)}`;
