/**
 * Runs the doctor once for each environment of a JSON list on the standard input, and prints a JSON list
 * of what it prints. A process of its own trusts the certificates of NODE_EXTRA_CA_CERTS.
 */
import { EventEmitter } from 'node:events';
import { PassThrough, Readable } from 'node:stream';
import { runProgram } from '@portico/command-line';
import { portico } from '../../src/cli/program.ts';

let input = '';
for await (const chunk of process.stdin) input += String(chunk);
const outputs: unknown[] = [];
for (const env of JSON.parse(input) as Record<string, string>[]) {
  let text = '';
  const stdout = new PassThrough().on('data', (chunk) => (text += String(chunk)));
  const surroundings = Object.assign(new EventEmitter(), {
    env,
    stdin: Readable.from([]),
    stdout,
    stderr: process.stderr,
  });
  // oxlint-disable-next-line no-await-in-loop -- one after the other
  await runProgram(portico, ['doctor', '--json'], surroundings);
  outputs.push(JSON.parse(text));
}
process.stdout.write(JSON.stringify(outputs));
