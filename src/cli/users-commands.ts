import { addCommand } from './users-add.ts';
import { changeCommands } from './users-change.ts';
import { exportCommand } from './users-export.ts';
import { usersFileCommands } from './users-file-commands.ts';
import { importCommand } from './users-import.ts';
import { lookCommands } from './users-look.ts';

/** Everything about people: those in the database, then what is for a users file. */
export const usersCommands = [
  addCommand,
  ...lookCommands,
  ...changeCommands,
  importCommand,
  exportCommand,
  ...usersFileCommands,
];
