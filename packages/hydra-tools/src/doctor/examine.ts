import type { ToolConfig } from '../settings.ts';
import type { Hydra } from '@portico/hydra-admin';
import { createBrowser, NoAnswer, type Browser } from './browser.ts';
import { checkAdmin } from './check-admin.ts';
import { checkPublic, type Discovery } from './check-public.ts';
import { checkOutside } from './check-outside.ts';
import { checkServerHeaders } from './check-server-headers.ts';
import { certificateFault } from './certificates.ts';
import { checkRegistration } from './check-registration.ts';
import { withProbe } from './probe.ts';
import type { Report } from './report.ts';
import { Stopped, walkError, walkSignIn, walkSignOut, walkSignUp, type Walk } from './walk.ts';
import { walkDevice } from './walk-device.ts';

/** For addresses that probably do not answer: those of ports that should be closed. */
const longestGuessMs = 2_000;

/**
 * Checks everything about a server that matters to this app.
 * @param signal stops it: what it created is removed, then the signal's reason is thrown
 * @param atLogin is called while the test sign-in waits at the login screen, with that address
 */
export async function examine(
  hydra: Hydra,
  { hydra: config, baseUrl, selfRegistration }: ToolConfig,
  {
    report,
    signal,
    atLogin,
  }: { report: Report; signal: AbortSignal; atLogin?: (address: URL) => Promise<void> },
): Promise<void> {
  if (baseUrl === undefined) {
    report.warning(
      'settings',
      'BASE_URL is not set: the report shows where Hydra sends browsers, but cannot compare it.',
      'BASE_URL',
    );
  }
  if (!(await checkAdmin(hydra, config, report))) return;
  signal.throwIfAborted();
  const { publicUrl, timeoutMs } = config;
  if (publicUrl === undefined) {
    const says =
      'HYDRA_PUBLIC_URL is not set, so the public side was not checked: set it to the issuer.';
    return report.warning('public', says, 'HYDRA_PUBLIC_URL');
  }
  const headers = config.isTlsTerminationMocked ? { 'x-forwarded-proto': 'https' } : undefined;
  const newBrowser = () => createBrowser({ signal, timeoutMs, headers: headers ?? {} });
  const visits = Math.min(timeoutMs, longestGuessMs);
  const outside = createBrowser({ signal, timeoutMs: visits });
  await checkOutside(outside, config, baseUrl, report);
  const discovery = await orReport(report, () =>
    checkPublic(newBrowser(), { baseUrl, publicUrl }, report),
  );
  if (!discovery) return;
  await orReport(report, () =>
    checkRegistration(newBrowser(), { publicUrl, discovery }, { selfRegistration, report }),
  );
  await withProbe(hydra, config, report, async (probe) => {
    const walk = (browser: Browser): Walk => ({
      hydra,
      browser,
      baseUrl,
      publicUrl,
      probe,
      report,
      ...(atLogin && { atLogin }),
    });
    await walkAll(walk, newBrowser, discovery, report);
  });
}

/** Walks that do not depend on each other all run, even if one of them fails. */
async function walkAll(
  walkWith: (browser: Browser) => Walk,
  newBrowser: () => Browser,
  discovery: Discovery,
  report: Report,
): Promise<void> {
  await orReport(report, async () => {
    const walk = walkWith(newBrowser());
    await walkSignIn(walk);
    await walkSignOut(walk);
  });
  await orReport(report, async () => walkError(walkWith(newBrowser())));
  await orReport(report, async () => walkSignUp(walkWith(newBrowser())));
  await orReport(report, async () => checkServerHeaders(walkWith(newBrowser())));
  if (discovery.device_authorization_endpoint === undefined) return;
  await orReport(report, async () => walkDevice(walkWith(newBrowser())));
}

async function orReport<T>(report: Report, work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work();
  } catch (error) {
    const certificate = error instanceof NoAnswer && certificateFault(error.code);
    if (certificate) {
      const says = `The public address of the server, ${error.host}, ${certificate}`;
      report.fault('certificate', says, 'NODE_EXTRA_CA_CERTS');
    } else if (error instanceof NoAnswer) {
      report.fault('public', `${error.message}: check HYDRA_PUBLIC_URL.`, 'HYDRA_PUBLIC_URL');
    } else if (!(error instanceof Stopped)) throw error;
    return undefined;
  }
}
