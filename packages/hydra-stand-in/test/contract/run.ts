/** `npm run test:hydra`: the suite against the server that the environment names, and no other. */
import { spawnSync } from 'node:child_process';

const missing = ['HYDRA_ADMIN_URL', 'HYDRA_PUBLIC_URL'].filter((name) => !process.env[name]);
if (missing.length > 0) {
  console.error(`Say which server is meant: ${missing.join(' and ')} must be set.`);
  process.exit(2);
}
const options = ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning'];
const jest = [
  'node_modules/jest/bin/jest.js',
  'packages/hydra-stand-in/test/contract/contract.test.ts',
];
const { status } = spawnSync(process.execPath, [...options, ...jest, ...process.argv.slice(2)], {
  stdio: 'inherit',
});
process.exitCode = status ?? 1;
