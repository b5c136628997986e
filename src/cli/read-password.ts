import { createInterface } from 'node:readline';
import { Writable, type Readable } from 'node:stream';
import { exitCodes, Failure, misuse, type Input } from '@portico/command-line';

/**
 * Asks twice for a new password, without showing what is typed.
 * @throws Failure without a terminal, when nothing or two different passwords are typed, and on
 *   Ctrl-C
 */
export async function askPassword(input: Input, output: Writable): Promise<string> {
  if (!input.isTTY)
    throw misuse('There is no terminal to ask for a password: pipe it in with --stdin.');
  const [password, again] = await ask(['Password: ', 'Repeat it: '], input, output);
  if (!password) throw new Failure('The password is empty.');
  if (password !== again) throw new Failure('The two passwords are not the same.');
  return password;
}

/**
 * Reads a password from a pipe. One line break at the end does not belong to it.
 * @throws Failure when it is empty or not UTF-8
 */
export async function readAll(input: Readable): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of input) chunks.push(chunk);
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(chunks));
  } catch {
    throw new Failure('The password is not in UTF-8.');
  }
  const password = text.replace(/\r?\n$/, '');
  if (password === '') throw new Failure('The password is empty.');
  return password;
}

/** Uses Node's line editor, with an output that shows nothing. Closing it restores the terminal. */
async function ask(questions: string[], input: Input, output: Writable): Promise<string[]> {
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
  const editor = createInterface({ input, output: nowhere, terminal: true, historySize: 0 });
  const answers: string[] = [];
  const answered = new Promise<string[]>((resolve, reject) => {
    editor.on('line', (line) => {
      answers.push(line);
      output.write(`\n${questions[answers.length] ?? ''}`);
      if (answers.length === questions.length) resolve(answers);
    });
    const stop = (exitCode: 1 | 130) => () => {
      if (answers.length < questions.length) output.write('\n');
      reject(new Failure('Stopped: no password was given.', exitCode));
    };
    editor.once('SIGINT', stop(exitCodes.interrupted));
    editor.once('close', stop(exitCodes.failed));
  });
  output.write(questions[0] ?? '');
  return answered.finally(() => editor.close());
}
