import { doctorCommands as doctorWith } from '@portico/hydra-tools';
import { checkAddresses } from './check-addresses.ts';

/** The doctor, with the checks of the app's own. */
export const doctorCommands = doctorWith(checkAddresses);
