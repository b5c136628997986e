import { hydraConfigOf, hydraSettings } from '@portico/hydra-admin';
import { kind, readSettings, setting, type Environment } from '@portico/settings';

const toolSettings = {
  /** Only the doctor needs it, to compare the server's settings with this address. */
  BASE_URL: setting(
    'the public address of the login app, https (http only for localhost), without query or password',
    kind.baseUrl,
  ),
  ...hydraSettings,
  /** The doctor compares it with what the server allows. The app takes a missing one for `off`. */
  SELF_REGISTRATION: setting('on or off', kind.oneOf('on', 'off')),
};

export type ToolConfig = ReturnType<typeof loadToolConfig>;

/**
 * Reads only the settings that the tools need for the admin API, so that they run without the
 * secrets of the login app.
 * @throws SettingsError with every fault of these settings
 */
export function loadToolConfig(env: Environment) {
  const { values, files } = readSettings(toolSettings, env);
  return {
    baseUrl: values.BASE_URL,
    selfRegistration: values.SELF_REGISTRATION,
    hydra: hydraConfigOf(values, files),
  };
}
