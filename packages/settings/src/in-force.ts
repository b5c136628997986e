import { textsOf, withoutPassword, type Environment } from './read-settings.ts';
import type { Settings } from './setting.ts';

/**
 * The settings as they apply, for a log: given ones and fallbacks. A secret only says that it is set, and
 * addresses lose their passwords.
 * @returns by name; a setting that has no value is left out
 */
export function inForce(settings: Settings, env: Environment): Record<string, string> {
  const shown: Record<string, string> = {};
  for (const [name, text] of Object.entries(textsOf(settings, env))) {
    const { isSecret, fallback } = settings[name]!;
    if (!isSecret) shown[name] = withoutPassword(text);
    else if (text !== fallback) shown[name] = 'set';
  }
  return shown;
}
