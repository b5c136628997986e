#!/usr/bin/env node
/** `portico COMMAND`, and in a clone `npm run -s portico -- COMMAND`: starts the app and manages it. */
import { runProgram } from '@portico/command-line';
import { loadEnvFile } from './env-file.ts';
import { portico } from './program.ts';

loadEnvFile();
process.exitCode = await runProgram(portico, process.argv.slice(2), process);
