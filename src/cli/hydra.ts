#!/usr/bin/env node
/** `npm run -s hydra -- …` and `portico …`: manages the OAuth2 server through its admin API. */
import { runHydra } from '@portico/hydra-tools';
import { loadEnvFile } from './env-file.ts';

loadEnvFile();
process.exitCode = await runHydra(process.argv.slice(2), process);
