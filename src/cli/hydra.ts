#!/usr/bin/env node
/** `npm run -s hydra -- …` and `portico …`: manages the OAuth2 server through its admin API. */
import { runHydra } from '@portico/hydra-tools';

try {
  process.loadEnvFile(); // variables that are set already win
} catch (error) {
  if ((error as NodeJS.ErrnoException).code !== 'ENOENT') {
    process.stderr.write('The file .env cannot be read and is ignored.\n');
  }
}

process.exitCode = await runHydra(process.argv.slice(2), process);
