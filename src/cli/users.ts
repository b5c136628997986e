/** `npm run -s users -- …`: helps to write a users file, and to find people in the audit trail. */
import { loadEnvFile } from './env-file.ts';
import { runUsers } from './run-users.ts';

loadEnvFile();
process.exitCode = await runUsers(process.argv.slice(2), process, process.env);
