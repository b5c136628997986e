/**
 * The sample app alone, for deploy/compose.yaml: `node --import tsx dev/sample.ts`. It listens on port 5555
 * of all addresses, and browsers reach it as http://localhost:5555. Needs HYDRA_ADMIN_URL and HYDRA_PUBLIC_URL
 * (the issuer).
 */
import { hydraConfigOf, hydraSettings } from '@portico/hydra-admin';
import { readSettings } from '@portico/settings';
import { demoAccounts } from './demo-users.ts';
import { startSampleClient } from './sample-client.ts';

const { values } = readSettings(hydraSettings, process.env);
const hydra = hydraConfigOf(values);
const sample = await startSampleClient({
  port: 5555,
  addresses: ['0.0.0.0'],
  issuer: hydra.publicUrl ?? '',
  admin: hydra,
  accounts: demoAccounts,
  tell: (app, what) => process.stdout.write(`${app}: ${what}\n`),
});
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.once(signal, () => void sample.close());
