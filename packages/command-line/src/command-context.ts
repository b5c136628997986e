import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { exitCodes, Failure, misuse } from './failure.ts';
import { plain, safeJson } from './plain-text.ts';

export type Input = Readable & { isTTY?: boolean };
export type Output = Writable & { isTTY?: boolean; columns?: number };
type Signal = 'SIGINT' | 'SIGTERM';

/** The process, or a stand-in for it in tests. */
export interface Surroundings {
  stdin: Input;
  stdout: Output;
  stderr: Output;
  env: Record<string, string | undefined>;
  on(signal: Signal, stop: () => void): unknown;
  off(signal: Signal, stop: () => void): unknown;
}

export type CommandContext = ReturnType<typeof createCommandContext>;

/** What every command works with. */
export function createCommandContext(surroundings: Surroundings) {
  const { stdin, stdout, stderr, env } = surroundings;
  let hasReader = true;
  let isWatched = false;

  /** A closed pipe (`| head`) is no failure: each write gets the error and handles it. */
  function watchOutputs(): void {
    if (isWatched) return;
    isWatched = true;
    for (const stream of [stdout, stderr]) stream.on('error', () => {});
  }

  /** @returns false if nobody reads any more, so the command can stop */
  async function print(text: string): Promise<boolean> {
    if (!hasReader || text === '') return hasReader;
    watchOutputs();
    const error = await new Promise<NodeJS.ErrnoException | null | undefined>((resolve) => {
      stdout.write(text, resolve);
    });
    if (!error) return true;
    hasReader = false;
    if (error.code === 'EPIPE') return false;
    throw new Failure(`The output cannot be written: ${error.message}.`);
  }

  function note(sentence: string): void {
    watchOutputs();
    stderr.write(`${sentence.split('\n').map(plain).join('\n')}\n`);
  }

  /**
   * Asks for confirmation before something that cannot be undone.
   * @param given with `--yes` nothing is asked
   * @param ask makes the question, only if there is somebody to answer it
   * @throws Failure unless the answer is yes
   */
  async function confirm(
    given: { has(option: 'yes'): boolean },
    ask: () => Promise<string>,
  ): Promise<void> {
    if (given.has('yes')) return;
    if (!stdin.isTTY) {
      throw misuse(
        'This cannot be undone, and there is no terminal to ask for confirmation: add --yes.',
      );
    }
    const question = plain(await ask());
    const editor = createInterface({
      input: stdin,
      output: stderr,
      terminal: true,
      historySize: 0,
    });
    const answer = await new Promise<string | undefined>((resolve) => {
      editor.once('SIGINT', () => resolve(undefined));
      editor.once('close', () => resolve('\n'));
      editor.question(`${question} [y/N] `, resolve);
    }).finally(() => editor.close());
    if (answer === undefined) {
      stderr.write('\n');
      throw new Failure('Stopped: nothing was changed.', exitCodes.interrupted);
    }
    if (answer === '\n') stderr.write('\n');
    if (!/^\s*y(es)?\s*$/i.test(answer)) throw new Failure('Nothing was changed.');
  }

  /**
   * Runs work that must clean up after itself: Ctrl-C aborts the signal. A second one is ignored,
   * because npm repeats each one that the terminal has sent already.
   */
  async function untilInterrupted<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const stop = new AbortController();
    const abort = () => stop.abort(new Failure('Stopped.', exitCodes.interrupted));
    const signals = ['SIGINT', 'SIGTERM'] as const;
    for (const signal of signals) surroundings.on(signal, abort);
    return work(stop.signal).finally(() => {
      for (const signal of signals) surroundings.off(signal, abort);
    });
  }

  return {
    stdin,
    stdout,
    stderr,
    env,
    print,
    printJson: async (value: unknown) => print(`${safeJson(value)}\n`),
    /** Prints a remark to `stderr`, in one or several lines. */
    note,
    confirm,
    untilInterrupted,
  };
}
