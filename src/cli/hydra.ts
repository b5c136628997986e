#!/usr/bin/env node
/** `npm run -s hydra -- …` and `portico …`: manages the OAuth2 server, and the limits of this app. */
import { runHydra } from '@portico/hydra-tools';
import { checkAddresses } from './check-addresses.ts';
import { limitsCommands } from './limits-commands.ts';

try {
  process.loadEnvFile(); // variables that are set already win
} catch (error) {
  if ((error as NodeJS.ErrnoException).code !== 'ENOENT') {
    process.stderr.write('The file .env cannot be read and is ignored.\n');
  }
}

process.exitCode = await runHydra(process.argv.slice(2), process, {
  commands: limitsCommands,
  checks: [checkAddresses],
});
