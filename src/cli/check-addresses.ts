import { existsSync } from 'node:fs';
import { Failure } from '@portico/command-line';
import type { Check } from '@portico/hydra-tools';
import type { AddressReport } from '../limits/address-watch.ts';
import { control, controlSocketIn } from './control-client.ts';

/** Asks the running Portico whether all browsers seem to come from one address. */
export const checkAddresses: Check = async function checkAddresses({ report, env }) {
  const socket = controlSocketIn(env);
  // The doctor also runs before the app does.
  if (!socket || !(env['CONTROL_SOCKET'] || existsSync(socket))) return;
  try {
    const { named, counted } = await control<AddressReport>(env, 'GET /addresses');
    if (named > 1 && counted === 1) {
      const says = `Proxies named ${named} browsers, and Portico counts them as one address: TRUST_PROXY must name every proxy in front, or the wrong passwords of one person slow everybody down.`;
      return report.fault('proxies', says, 'TRUST_PROXY');
    }
    report.ok('proxies', `Proxies named ${named} browsers, counted as ${counted} addresses.`);
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    report.warning('proxies', error.message, 'CONTROL_SOCKET');
  }
};
