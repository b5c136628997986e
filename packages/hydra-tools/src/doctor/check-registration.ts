import type { ToolConfig } from '../settings.ts';
import type { Browser } from './browser.ts';
import type { Discovery } from './check-public.ts';
import type { Report } from './report.ts';

/**
 * Finds out whether anybody can register a client, and compares that with SELF_REGISTRATION. It asks
 * for a client that no server has, which registers nothing: where registration is open, the server
 * wants a token for it (401); elsewhere there is no such page (404).
 * @throws NoAnswer
 */
export async function checkRegistration(
  browser: Browser,
  { publicUrl, discovery }: { publicUrl: string; discovery: Discovery },
  {
    selfRegistration,
    report,
  }: { selfRegistration: ToolConfig['selfRegistration']; report: Report },
): Promise<void> {
  const { registration_endpoint: told } = discovery;
  const usual = `${publicUrl}/oauth2/register`;
  const isTold = typeof told === 'string' && URL.canParse(told) && /^https?:/i.test(told);
  const endpoints = isTold && told !== usual ? [usual, told] : [usual];
  const answers = await Promise.all(endpoints.map((endpoint) => isOpen(browser, endpoint)));
  const open = endpoints[answers.indexOf(true)];
  if (open === undefined && !isTold) {
    return report.ok('registration', 'Clients cannot register themselves at the public address.');
  }
  const where = open ?? String(told);
  if (selfRegistration === 'on') {
    const says = `Clients can register themselves at ${where}, and SELF_REGISTRATION is on.`;
    return report.ok('registration', says);
  }
  const off = selfRegistration === undefined ? 'not set' : 'off';
  if (open === undefined) {
    const says = `Discovery names ${where} for clients that register themselves, and SELF_REGISTRATION is ${off}: if strangers can register there, set it to on.`;
    return report.warning('registration', says, 'SELF_REGISTRATION');
  }
  const says = `Anybody can register a client at ${where}, but SELF_REGISTRATION is ${off}, so that the screens show such an app like one that you have checked: set it to on, or OIDC_DYNAMIC_CLIENT_REGISTRATION_ENABLED of the server to false.`;
  return report.fault('registration', says, 'SELF_REGISTRATION');
}

async function isOpen(browser: Browser, endpoint: string): Promise<boolean> {
  const { status, body } = await browser.visit(`${endpoint.replace(/\/+$/, '')}/portico-doctor`);
  try {
    return status === 401 && typeof JSON.parse(body).error === 'string';
  } catch {
    return false; // a gateway that refuses everybody
  }
}
