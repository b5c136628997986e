import { doctorCommands as doctorWith } from '@portico/hydra-tools';
import { checkAddresses } from './check-addresses.ts';
import { checkPath } from './doctor/check-path.ts';

/** The doctor, with the checks of the app's own. */
export const doctorCommands = doctorWith({
  options: {
    instance: {
      value: 'URL',
      isMultiple: true,
      help: 'the address of the management port of an instance, to compare it with the others; several times',
    },
  },
  atLogin: checkPath,
  further: [checkAddresses],
});
