#!/usr/bin/env node
/** `npm run -s hydra -- …` and `portico …`: looks after the OAuth2 server by its admin API. */
import { runHydra } from '@portico/hydra-tools';

try {
  // What is set already wins.
  process.loadEnvFile();
} catch (error) {
  if ((error as NodeJS.ErrnoException).code !== 'ENOENT') {
    process.stderr.write('The file .env cannot be read: it is left out.\n');
  }
}

process.exitCode = await runHydra(process.argv.slice(2), process);
