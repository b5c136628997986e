import { kind, setting, type ValuesOf } from '@portico/settings';

const allAddresses = '*';

/**
 * The port is off by default. It listens on this machine alone unless a setting says otherwise: what it
 * tells is no secret, but nobody's business on a machine with an address in the internet.
 */
export const managementSettings = {
  MANAGEMENT_PORT: setting(
    'a port number, 0 to 65535, and another one than PORT',
    kind.integer(0, 65_535),
    { mayDiffer: true },
  ),
  MANAGEMENT_HOST: setting(
    `a host name or address to listen on, or ${allAddresses} for all addresses`,
    kind.text,
    { fallback: '127.0.0.1', mayDiffer: true },
  ),
};

type Values = ValuesOf<typeof managementSettings>;

/** Two free ports (0) differ anyway. */
export function managementFaults({
  PORT,
  MANAGEMENT_PORT: port,
}: Partial<Values> & { PORT?: number }): string[] {
  if (port === undefined || port === 0 || port !== PORT) return [];
  const { wants } = managementSettings.MANAGEMENT_PORT;
  return [`MANAGEMENT_PORT is ${port}, the port that browsers come to. It must be ${wants}.`];
}

export interface ManagementConfig {
  port: number;
  /** `undefined` for all addresses. */
  host: string | undefined;
}

/** @returns `undefined` when there shall be no such port */
export function managementOf({
  MANAGEMENT_PORT: port,
  MANAGEMENT_HOST: host,
}: Values): ManagementConfig | undefined {
  return port === undefined ? undefined : { port, host: host === allAddresses ? undefined : host };
}
