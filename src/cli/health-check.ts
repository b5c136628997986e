/**
 * `node dist/cli/health-check.js`, for containers: asks the Portico beside it, with the same PORT, HOST and
 * BASE_URL, whether it is alive. Exit code 0 means yes; otherwise 1, and the reason on the standard error.
 */
import { request } from 'node:http';

const answerWithinMs = 3_000;

const { PORT, HOST, BASE_URL } = process.env;
const base = URL.canParse(BASE_URL?.trim() ?? '') ? new URL(BASE_URL!.trim()).pathname : '/';
const asking = request({
  host: HOST?.trim() || 'localhost',
  port: PORT?.trim() || '3000',
  path: `${base.replace(/\/+$/, '')}/health/alive`,
  timeout: answerWithinMs,
  agent: false,
});
asking.on('response', (answer) => {
  answer.resume();
  if (answer.statusCode !== 200) fail(`It answers with ${answer.statusCode}.`);
});
asking.on('timeout', () => asking.destroy(new Error('It does not answer in time.')));
asking.on('error', (error) => fail(error.message || String(error)));
asking.end();

function fail(reason: string): void {
  process.stderr.write(`Portico is not alive. ${reason}\n`);
  process.exitCode = 1;
}
