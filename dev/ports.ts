import { kind, readSettings, setting, type Settings } from '@portico/settings';
import type { LoopbackPort } from '@portico/hydra-stand-in';
import { reservePort } from './reserve-port.ts';

const port = (fallback: string) =>
  setting('a port number, 1 to 65535', kind.integer(1, 65_535), { fallback });

/** Where the servers of the development run listen. If a port is taken, the next free one is used. */
const portSettings = {
  PORT: port('3000'),
  DEV_SAMPLE_PORT: port('5555'),
  DEV_PUBLIC_PORT: port('4444'),
  DEV_ADMIN_PORT: port('4445'),
} satisfies Settings;

export type PortName = keyof typeof portSettings;

/**
 * Reads the ports from the environment.
 * @param say gets a sentence when another port is used than the wanted one
 * @returns reserves a port by its name
 * @throws SettingsError when one of them is none
 */
export function readPorts(env: NodeJS.ProcessEnv, say: (sentence: string) => void) {
  const { values } = readSettings(portSettings, env);
  return async function reserve(what: string, name: PortName): Promise<LoopbackPort> {
    const wanted = values[name];
    const reserved = await reservePort(wanted);
    if (reserved.port !== wanted) say(`Port ${wanted} is taken: ${what} uses ${reserved.port}.`);
    return reserved;
  };
}
