import { NoAnswer, type Browser, type Visit } from '@portico/hydra-tools';
import type { PathAnswer } from '../../doctor/answer.ts';
import { byWhom, isFromApp, orNoAnswer, type Path } from './path.ts';

/** The login page as two browsers got it. */
export interface Page {
  address: string;
  browser: Browser;
  visit: Visit;
  /** What the other browser got. */
  other: Visit;
}

/**
 * Fetches the login page for the sign-in that waits.
 * @returns `undefined` when there is no page to look at
 */
export async function fetchPage(path: Path, answers: PathAnswer[]): Promise<Page | undefined> {
  const { baseUrl, challenge = '', newBrowser, report } = path;
  const address = `${baseUrl.href}/login?${new URLSearchParams({ login_challenge: challenge }).toString()}`;
  const browser = newBrowser();
  const visit = await orNoAnswer(browser.visit(address));
  const other = await orNoAnswer(newBrowser().visit(address));
  if (visit instanceof NoAnswer || other instanceof NoAnswer) {
    const fault = visit instanceof NoAnswer ? visit : (other as NoAnswer);
    report.fault('login_page', `The login page does not come: ${fault.message}.`);
    return undefined;
  }
  const { status } = visit;
  if (status >= 200 && status < 300) {
    if (answers.length > 0 || isFromApp(visit)) {
      report.ok('login_page', 'The login page comes for a real sign-in.');
      return { address, browser, visit, other };
    }
    const says = `What answers at ${baseUrl.href}/login is not this app (status ${status}${byWhom(visit)}): let the proxy pass ${baseUrl.path || '/'} on to it, or correct BASE_URL.`;
    report.fault('instance', says, 'BASE_URL');
    return undefined;
  }
  if (status >= 300 && status < 400 && visit.location) {
    const says = `The login page leads at once to ${visit.location.origin}, where people sign in.`;
    report.ok('login_page', says);
    return undefined;
  }
  tellWhy(path, visit, answers.length > 0);
  return undefined;
}

function tellWhy({ baseUrl, report }: Path, visit: Visit, isPathKnown: boolean): void {
  const { status } = visit;
  const how = `status ${status}${byWhom(visit)}`;
  if (!isFromApp(visit)) {
    const says = `A proxy answers the login page of a real sign-in by itself (${how}): see its log.`;
    return report.fault('login_page', says);
  }
  if (status === 404 && !isPathKnown) {
    const says = `The app has no page at ${baseUrl.href}/login (${how}): a proxy strips or changes the path, or the app has another BASE_URL.`;
    return report.fault('app_path', says, 'BASE_URL');
  }
  const why =
    status === 404 || status === 400 || status === 410
      ? 'the app does not know the sign-in of this server. Its HYDRA_ADMIN_URL leads to another one'
      : 'the app cannot show it. See its log, and what is told above about the server and the user store';
  report.fault(
    'login_page',
    `The login page of a real sign-in is an error page (${how}): ${why}.`,
    status < 500 ? 'HYDRA_ADMIN_URL' : null,
  );
}
