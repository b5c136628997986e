/** Commands that manage an OAuth2 server through its admin API. */
import type { Command } from '@portico/command-line';
import { clientCommands as clients } from './client-commands.ts';
import { doctorCommand, type Check } from './doctor-command.ts';
import { keyCommands as keys } from './key-commands.ts';
import { onServer } from './server-command.ts';
import { sessionCommands as sessions } from './session-commands.ts';
import { tokenCommands as tokens } from './token-commands.ts';

export type { Report } from './doctor/report.ts';
export type { Check } from './doctor-command.ts';

export const clientCommands = clients.map(onServer);
export const keyCommands = keys.map(onServer);
export const sessionCommands = sessions.map(onServer);
export const tokenCommands = tokens.map(onServer);

/** @param checks further ones, made after those of the server */
export const doctorCommands = (...checks: Check[]): Command[] => [onServer(doctorCommand(checks))];
