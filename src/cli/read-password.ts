import { createInterface } from 'node:readline';
import { Writable, type Readable } from 'node:stream';

export type Input = Readable & { isTTY?: boolean };

/** The input cannot be used, or there is no terminal to ask on. */
export class InputError extends Error {
  override readonly name = 'InputError';
  readonly exitCode: number;

  constructor(message: string, exitCode = 1) {
    super(message);
    this.exitCode = exitCode;
  }
}

/**
 * Asks twice for a new password, without showing what is typed.
 * @throws InputError without a terminal, when nothing or two different passwords are typed, and on
 *   Ctrl-C
 */
export async function askPassword(input: Input, output: Writable): Promise<string> {
  if (!input.isTTY) throw new InputError('Without a terminal, use hash --stdin.', 2);
  const [password, again] = await ask(['Password: ', 'Repeat it: '], input, output);
  if (!password) throw new InputError('The password is empty.');
  if (password !== again) throw new InputError('The two passwords are not the same.');
  return password;
}

/**
 * Reads a password from a pipe. One line break at the end does not belong to it.
 * @throws InputError when it is empty or not UTF-8
 */
export async function readAll(input: Readable): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of input) chunks.push(chunk);
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(chunks));
  } catch {
    throw new InputError('The password is not in UTF-8.');
  }
  const password = text.replace(/\r?\n$/, '');
  if (password === '') throw new InputError('The password is empty.');
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
    const stop = (exitCode: number) => () => {
      if (answers.length < questions.length) output.write('\n');
      reject(new InputError('Stopped: no password was given.', exitCode));
    };
    editor.once('SIGINT', stop(130));
    editor.once('close', stop(1));
  });
  output.write(questions[0] ?? '');
  return answered.finally(() => editor.close());
}
