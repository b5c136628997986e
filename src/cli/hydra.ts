#!/usr/bin/env node
/** `npm run -s hydra -- …` and `portico …`: manages the OAuth2 server, and the limits of this app. */
import { runHydra } from '@portico/hydra-tools';
import { checkAddresses } from './check-addresses.ts';
import { loadEnvFile } from './env-file.ts';
import { limitsCommands } from './limits-commands.ts';

loadEnvFile();
process.exitCode = await runHydra(process.argv.slice(2), process, {
  commands: limitsCommands,
  checks: [checkAddresses],
});
