import { exitCodes, plain } from '@portico/command-line';
import { SettingsError } from '@portico/settings';
import type { ToolConfig } from './settings.ts';
import { examine } from './doctor/examine.ts';
import { createReport, type Finding, type Report } from './doctor/report.ts';
import type { ServerCommand } from './server-command.ts';

/** A check of the app's own, which needs no OAuth2 server. */
export type Check = (report: Report, env: Record<string, string | undefined>) => Promise<void>;

/** @param checks further ones, made after those of the server */
export const doctorCommand = (checks: readonly Check[]): ServerCommand => ({
  name: 'doctor',
  operands: [],
  summary: 'Checks that the OAuth2 server and this app fit together, and says what to change.',
  details: `It needs HYDRA_ADMIN_URL, HYDRA_PUBLIC_URL, BASE_URL and SELF_REGISTRATION as the app has them. It registers a test
client, signs an invented person in and out, and removes both again, also after a failure. Exit code
0 without faults (there may be warnings), 1 with faults.`,
  options: {},
  async run(given, context) {
    const isJson = given.has('json');
    const printing: Promise<unknown>[] = [];
    const report = createReport((finding) => {
      if (!isJson) printing.push(context.print(lineOf(finding)));
    });
    const config = readConfig(context.config, (fault) =>
      report.fault('settings', fault, nameIn(fault)),
    );
    if (config) {
      await context.untilInterrupted(async (signal) =>
        examine(context.hydra, config, { report, signal }),
      );
    }
    for (const check of checks) {
      // oxlint-disable-next-line no-await-in-loop -- findings come in the same order each time
      await check(report, context.env);
    }
    await Promise.all(printing);
    const [faults, warnings] = [report.count('fault'), report.count('warning')];
    if (isJson) await context.printJson({ findings: report.findings, faults, warnings });
    else await context.print(`\nFaults: ${faults}. Warnings: ${warnings}.\n`);
    return faults > 0 ? exitCodes.failed : exitCodes.done;
  },
});

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
