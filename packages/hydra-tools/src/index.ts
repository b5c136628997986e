/** Commands that manage an OAuth2 server through its admin API. */
import type { Command } from '@portico/command-line';
import { clientCommands as clients } from './client-commands.ts';
import { doctorCommand, type AppChecks } from './doctor-command.ts';
import { keyCommands as keys } from './key-commands.ts';
import { onServer } from './server-command.ts';
import { sessionCommands as sessions } from './session-commands.ts';
import { tokenCommands as tokens } from './token-commands.ts';

export { createBrowser, NoAnswer, type Browser, type Visit } from './doctor/browser.ts';
export { certificateFault } from './doctor/certificates.ts';
export { checkClock } from './doctor/check-clock.ts';
export { abouts, type Report } from './doctor/report.ts';
export type { AppChecks, Check, CheckContext } from './doctor-command.ts';

export const clientCommands = clients.map(onServer);
export const keyCommands = keys.map(onServer);
export const sessionCommands = sessions.map(onServer);
export const tokenCommands = tokens.map(onServer);

/** @param checks those of the app's own */
export const doctorCommands = (checks: AppChecks = {}): Command[] => [
  onServer(doctorCommand(checks)),
];
