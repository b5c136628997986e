#!/usr/bin/env node
/** `portico COMMAND`, and in a clone `npm run -s portico -- COMMAND`: starts the app and manages it. */
import { setFlagsFromString } from 'node:v8';
import { runProgram } from '@portico/command-line';
import { loadEnvFile } from './env-file.ts';
import { portico } from './program.ts';

const args = process.argv.slice(2);

loadEnvFile();
// V8 would let the garbage of 300,000 people grow to 110 MiB before it looks: so to 50.
if (/^users (import|export)$/.test(args.slice(0, 2).join(' '))) {
  setFlagsFromString('--optimize-for-size');
  setFlagsFromString('--semi-space-growth-factor=1'); // what lives for a moment gets less room
}
process.exitCode = await runProgram(portico, args, process);
