import { readSettings, type Environment } from '@portico/settings';
import { createLoginMark } from '../audit/login-mark.ts';
import { settingsFor } from '../config.ts';

/**
 * How the audit trail names this login.
 * @param env has the COOKIE_SECRET of the app
 * @throws SettingsError when that is missing or too short
 */
export function markOf(login: string, env: Environment): string {
  const { COOKIE_SECRET } = settingsFor(env);
  return createLoginMark(readSettings({ COOKIE_SECRET }, env).values.COOKIE_SECRET)(login);
}
