/** `npm run -s users -- …`: helps to write a users file. */
import { runUsers } from './run-users.ts';

process.exitCode = await runUsers(process.argv.slice(2), process);
