import { usersFileCommands } from './users-file-commands.ts';

/** Everything about people. */
export const usersCommands = [...usersFileCommands];
