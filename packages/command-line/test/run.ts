/** Runs a program in this process, with a pipe or an imitation of a terminal. */
import { EventEmitter } from 'node:events';
import { PassThrough, Readable, Writable } from 'node:stream';
import { expect } from '@jest/globals';
import { runProgram, type Program } from '../src/program.ts';

export interface RunOptions {
  /** The standard input. */
  input?: string | Uint8Array;
  /** Imitates a terminal where these are typed, one at each question. */
  answers?: string[];
  /** The output is a terminal with this number of columns. */
  columns?: number;
  /** Only the error output is a terminal. */
  isOutputPiped?: boolean;
  /** The reader closes the output after this number of writes. */
  readsWrites?: number;
  /** Ctrl-C is typed as soon as this text appears. */
  interruptAt?: string;
  /** Gets the imitated process, to send signals to it. */
  seize?: (surroundings: EventEmitter) => void;
}

export interface Outcome {
  code: number;
  stdout: string;
  stderr: string;
  /** How the terminal was set; the last must be `false`. */
  rawModes: boolean[];
}

type Settings = Record<string, string | undefined>;

/** @param options.env the settings, which are no others */
export async function run(
  program: Program,
  args: string[],
  { env = {}, ...options }: RunOptions & { env?: Settings } = {},
): Promise<Outcome> {
  const {
    seize,
    input = '',
    source,
    answers,
    columns,
    isOutputPiped,
    readsWrites,
    interruptAt,
  } = options;
  const left = [...(answers ?? [])];
  const rawModes: boolean[] = [];
  const terminal = Object.assign(new PassThrough(), {
    isTTY: true,
    setRawMode: (isRaw: boolean) => rawModes.push(isRaw),
  });
  const watch = (text: string) => {
    if (/(\[y\/N\]|:) $/.test(text) && left.length > 0) terminal.write(left.shift());
    if (interruptAt !== undefined && text.includes(interruptAt)) surroundings.emit('SIGINT');
  };
  const stdout = collect(watch, readsWrites);
  const stderr = collect(watch);
  const surroundings = Object.assign(new EventEmitter(), {
    env,
    stdin: answers === undefined ? Readable.from([Buffer.from(input)]) : terminal,
    stdout: Object.assign(stdout.stream, columns !== undefined && { isTTY: true, columns }),
    stderr: Object.assign(stderr.stream, isOutputPiped && { isTTY: true }),
  });
  seize?.(surroundings);
  const code = await runProgram(program, args, surroundings);
  expect(surroundings.eventNames()).toEqual([]);
  return { code, stdout: stdout.text(), stderr: stderr.text(), rawModes };
}

/** Expects nothing but one sentence on the standard error. */
export function expectSentence(outcome: Outcome, code: number, piece: string): void {
  expect([outcome.code, outcome.stdout]).toEqual([code, '']);
  expect(outcome.stderr).toContain(piece);
  expect(outcome.stderr).toMatch(/^[^\n]+[.:]\n$/);
}

function collect(watch: (text: string) => void, readsWrites = Infinity) {
  let text = '';
  let writes = 0;
  const stream = new Writable({
    autoDestroy: false,
    write(chunk: Buffer, _encoding, done) {
      writes += 1;
      if (writes > readsWrites) {
        return done(Object.assign(new Error('write EPIPE'), { code: 'EPIPE' }));
      }
      text += String(chunk);
      setImmediate(watch, String(chunk));
      return done();
    },
  });
  return { stream, text: () => text };
}
