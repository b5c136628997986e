import { exitCodes, Failure, plain, type Given, type Options } from '@portico/command-line';
import { SettingsError } from '@portico/settings';
import type { ToolConfig } from './settings.ts';
import { Deadline, TimeUp } from './doctor/deadline.ts';
import { examine } from './doctor/examine.ts';
import { createReport, type Finding, type Report } from './doctor/report.ts';
import type { ServerCommand } from './server-command.ts';

/** What a check of the app's own works with. */
export interface CheckContext {
  report: Report;
  env: Record<string, string | undefined>;
  given: Given;
  /** Aborted by Ctrl-C, and when the check takes too long: its reason may be thrown. */
  signal: AbortSignal;
  /** In milliseconds: how long to wait for one answer. */
  timeoutMs: number;
}

/** A check of the app's own, which needs no OAuth2 server. */
export type Check = (context: CheckContext) => Promise<void>;

/** The checks of the app's own. */
export interface AppChecks {
  options?: Options;
  /**
   * Made while the test sign-in waits at the login screen. Without its address, if the server led to
   * none.
   */
  atLogin?: (context: CheckContext, login: URL | undefined) => Promise<void>;
  /** Made after all others. */
  further?: readonly Check[];
}

/** In milliseconds: together they are the longest run. */
const patience = { server: 16_000, atLogin: 12_000, further: 2_000 };
/** Who waits longer for the admin API waits longer for everything. */
const usualTimeoutMs = 5_000;

export const doctorCommand = ({
  options = {},
  atLogin,
  further = [],
}: AppChecks): ServerCommand => ({
  name: 'doctor',
  operands: [],
  summary: 'Checks that the OAuth2 server and this app fit together, and says what to change.',
  details: `It needs HYDRA_ADMIN_URL, HYDRA_PUBLIC_URL, BASE_URL and the other settings as the app has them. It registers a
test client, signs an invented person in and out, fetches the login page through BASE_URL, and
removes the client again, also after a failure. Exit code 0 without faults (there may be warnings),
1 with faults.`,
  options,
  async run(given, context) {
    const isJson = given.has('json');
    const printing: Promise<unknown>[] = [];
    const report = createReport((finding) => {
      if (!isJson) printing.push(context.print(lineOf(finding)));
    });
    await context.untilInterrupted(async (interrupt) => {
      const config = readConfig(context.config, (fault) =>
        report.fault('settings', fault, nameIn(fault)),
      );
      const timeoutMs = config?.hydra.timeoutMs ?? usualTimeoutMs;
      const times = Math.max(1, timeoutMs / usualTimeoutMs);
      const own = { report, env: context.env, given, timeoutMs };
      let login: URL | 'nowhere' | undefined;
      const checkLogin = async (address: URL | undefined) => {
        login = address ?? 'nowhere';
        await within(patience.atLogin * times, interrupt, report, async (signal) =>
          atLogin?.({ ...own, signal }, address),
        );
      };
      if (config) {
        await within(patience.server * times, interrupt, report, async (signal, deadline) =>
          examine(context.hydra, config, {
            report,
            signal,
            atLogin: async (address) => deadline.without(() => checkLogin(address)),
          }),
        );
      }
      if (!login) await checkLogin(undefined);
      for (const check of further) {
        // oxlint-disable-next-line no-await-in-loop -- findings come in the same order each time
        await within(patience.further * times, interrupt, report, (signal) =>
          check({ ...own, signal }),
        );
      }
    });
    await Promise.all(printing);
    const [faults, warnings] = [report.count('fault'), report.count('warning')];
    if (isJson) await context.printJson({ findings: report.findings, faults, warnings });
    else await context.print(`\nFaults: ${faults}. Warnings: ${warnings}.\n`);
    return faults > 0 ? exitCodes.failed : exitCodes.done;
  },
});

/**
 * Makes checks that may take so long. What goes wrong in them, but for Ctrl-C, is a finding and not a
 * failure of the command: the other checks are still made.
 */
async function within(
  ms: number,
  interrupt: AbortSignal,
  report: Report,
  work: (signal: AbortSignal, deadline: Deadline) => Promise<void> | undefined,
): Promise<void> {
  const deadline = new Deadline(ms, interrupt);
  try {
    await work(deadline.signal, deadline);
  } catch (error) {
    interrupt.throwIfAborted();
    if (error instanceof Failure) throw error;
    const why =
      error instanceof TimeUp
        ? `Checks that had not ended after ${ms / 1_000} seconds were left out: something on the way answers slowly.`
        : `A check failed: ${error instanceof Error ? error.message : String(error)}.`;
    report.fault('doctor', why.replace(/\.\.$/, '.').replace(/\s*\n\s*/g, ' '));
  } finally {
    deadline.end();
  }
}

/** A wrong setting is a finding of the doctor, not a failure of the command. */
function readConfig(load: () => ToolConfig, say: (fault: string) => void): ToolConfig | undefined {
  try {
    return load();
  } catch (error) {
    if (!(error instanceof SettingsError)) throw error;
    for (const fault of error.faults) say(fault);
    return undefined;
  }
}

function lineOf({ level, says }: Finding): string {
  return `${level.padEnd(7)}  ${plain(says)}\n`;
}

function nameIn(fault: string): string | null {
  return /^[A-Z][A-Z_]+/.exec(fault)?.[0] ?? null;
}
