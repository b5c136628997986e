import type { AppChecks } from '@portico/hydra-tools';
import type { PathAnswer } from '../../doctor/answer.ts';
import { SettingsError } from '@portico/settings';
import { checkCookies } from './cookies.ts';
import { checkForwarding } from './forwarding.ts';
import { checkForm } from './form.ts';
import { checkHeaderSizes } from './header-sizes.ts';
import { compareInstances } from './compare.ts';
import { askInstances } from './instances.ts';
import { checkManagement } from './management.ts';
import { fetchPage } from './page.ts';
import { checkPageHeaders } from './page-headers.ts';
import { pathOf, type Path } from './path.ts';
import { checkPlainHttp } from './plain-http.ts';
import { reach } from './reach.ts';
import { checkReadiness } from './readiness.ts';
import { checkRoutes } from './routes.ts';
import { checkStyle } from './style.ts';
import { who } from './who.ts';

/**
 * Follows the way of a browser to the login page, through everything that is in front of the app, and
 * asks the instances what they saw of it.
 */
export const checkPath: NonNullable<AppChecks['atLogin']> = async function checkPath(
  context,
  login,
) {
  const { report, given } = context;
  let path: Path | undefined;
  try {
    path = pathOf(context, login);
  } catch (error) {
    if (!(error instanceof SettingsError)) throw error;
    for (const fault of error.faults) report.fault('settings', fault);
  }
  if (!path) return;
  const asked = await askInstances(path, given.texts('instance'));
  const answered = await follow(path);
  compareInstances(path, [...asked, ...answered.map((answer) => answer.release)]);
};

/** Enough to meet an instance that answers, if half of them do not. */
const attempts = 6;

/** @returns what instances said */
async function follow(given: Path): Promise<PathAnswer[]> {
  const { report, secrets, challenge } = given;
  if (!(await reach(given))) return [];
  await Promise.all([checkPlainHttp(given), checkManagement(given)]);
  const found = await who(given);
  if (!found) return [];
  const { answers, isMixed } = found;
  const path = isMixed ? { ...given, attempts } : given;
  if (secrets.length === 0) {
    const what =
      'which instance answers, whether proxies are counted right, whether 32 kB of headers pass both ways, the user store and the database';
    const says = `COOKIE_SECRET is not set here, so no instance could be asked. Left out: ${what}. Run the doctor with the environment of the app.`;
    report.warning('left_out', says, 'COOKIE_SECRET');
  }
  if (answers.length > 0) {
    checkReadiness(path, answers);
    await checkForwarding(path);
    await checkRoutes(path);
    await checkHeaderSizes(path);
  }
  if (challenge === undefined) {
    const says =
      'The login page and its form were not checked, because the server led to no sign-in: mend what is told about it first.';
    report.warning('left_out', says);
    return answers;
  }
  const page = await fetchPage(path, answers);
  if (!page) return answers;
  checkPageHeaders(path, page);
  await checkStyle(path, page, answers);
  if (checkCookies(path, page)) await checkForm(path, page);
  return answers;
}
