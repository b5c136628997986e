/**
 * `npm run audit`: known faults of the libraries that run in production. What does not matter here is in
 * `dev/audit/allowed.json`, with a reason and a date: `{ "advisory", "reason", "until" }`.
 */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { auditFaults, type Allowed, type AuditReport } from './audit/audit-faults.ts';

const allowed = JSON.parse(readFileSync('dev/audit/allowed.json', 'utf8')) as Allowed[];
// Its status says that there is something, not that it failed.
const { stdout, stderr } = spawnSync('npm', ['audit', '--omit=dev', '--json'], {
  encoding: 'utf8',
});

let report: Partial<AuditReport> = {};
try {
  report = JSON.parse(stdout) as Partial<AuditReport>;
} catch {
  // it is told below
}
const { vulnerabilities } = report;
if (vulnerabilities) {
  const faults = auditFaults({ vulnerabilities }, allowed, new Date().toISOString().slice(0, 10));
  console.log(faults.join('\n') || 'Nothing is known of the libraries that run in production.');
  process.exitCode = faults.length > 0 ? 1 : 0;
} else {
  console.error(`npm audit has not answered: ${stderr.trim() || stdout}`);
  process.exitCode = 1;
}
