import type { ToolConfig } from '../settings.ts';
import { areTwoNamesOfOneHost, isLoopback, isSamePlace, isSecure } from './addresses.ts';
import type { Browser } from './browser.ts';
import { harmlessPath, isAdminAnswer } from './check-admin.ts';
import { checkClock } from './check-clock.ts';
import type { Report } from './report.ts';

/**
 * The members of the discovery document (OpenID Connect Discovery 1.0, section 3) that are checked.
 */
export interface Discovery {
  issuer?: unknown;
  authorization_endpoint?: unknown;
  device_authorization_endpoint?: unknown;
  registration_endpoint?: unknown;
}

/**
 * Checks the public address.
 * @returns the discovery document; `undefined` if further checks make no sense
 * @throws NoAnswer
 */
export async function checkPublic(
  browser: Browser,
  { baseUrl, publicUrl }: { baseUrl: ToolConfig['baseUrl']; publicUrl: string },
  report: Report,
): Promise<Discovery | undefined> {
  const answer = await browser.visit(`${publicUrl}/.well-known/openid-configuration`);
  const discovery = answer.status === 200 ? discoveryOf(answer.body) : undefined;
  if (!discovery) {
    const says = `There is no discovery document at ${publicUrl} (status ${answer.status}): set HYDRA_PUBLIC_URL to the issuer.`;
    report.fault('public', says, 'HYDRA_PUBLIC_URL');
    return undefined;
  }
  report.ok('public', `The public address answers at ${publicUrl}.`);
  checkClock('public address', answer.date, report);
  checkIssuer(publicUrl, discovery, report);
  checkEncryption(publicUrl, baseUrl, report);
  await checkAdminRoutes(browser, publicUrl, report);
  return discovery;
}

function checkIssuer(
  publicUrl: string,
  { issuer, authorization_endpoint: endpoint }: Discovery,
  report: Report,
) {
  const isAddress = typeof issuer === 'string' && URL.canParse(issuer);
  if (!isAddress || !isSamePlace(issuer, publicUrl)) {
    const isTwo = isAddress && areTwoNamesOfOneHost(issuer, publicUrl);
    const why = isTwo ? ', and these are two hosts to cookies' : '';
    const says = `The issuer is ${String(issuer)}, but HYDRA_PUBLIC_URL is ${publicUrl}${why}: make URLS_SELF_ISSUER and HYDRA_PUBLIC_URL the same.`;
    return report.fault('issuer', says, 'URLS_SELF_ISSUER');
  }
  report.ok('issuer', `The issuer is ${issuer}.`);
  if (typeof endpoint === 'string' && URL.canParse(endpoint) && !endpoint.startsWith(publicUrl)) {
    const says = `Discovery sends browsers to ${endpoint}, which is not below ${publicUrl}: set URLS_SELF_PUBLIC to that address.`;
    report.fault('public', says, 'URLS_SELF_PUBLIC');
  }
}

function checkEncryption(publicUrl: string, baseUrl: ToolConfig['baseUrl'], report: Report) {
  if (!isSecure(publicUrl) && !isLoopback(publicUrl)) {
    const says = `${publicUrl} is not encrypted: anybody on the network path can steal codes and cookies. Make URLS_SELF_ISSUER an https address.`;
    report.fault('encryption', says, 'URLS_SELF_ISSUER');
  }
  if (baseUrl === undefined) return;
  if (areTwoNamesOfOneHost(baseUrl.href, publicUrl)) {
    const says = `BASE_URL is ${baseUrl.href} and HYDRA_PUBLIC_URL ${publicUrl}: these are two hosts to cookies. Use localhost or 127.0.0.1 in both.`;
    report.warning('hosts', says, 'BASE_URL');
  }
}

/** The admin API must not be reachable at the public address. */
async function checkAdminRoutes(browser: Browser, publicUrl: string, report: Report) {
  for (const prefix of ['/admin', '']) {
    // oxlint-disable-next-line no-await-in-loop -- the first hit ends it
    const answer = await browser.visit(publicUrl + prefix + harmlessPath);
    if (!isAdminAnswer(answer)) continue;
    const says = `The admin API answers at the public address, ${publicUrl}${prefix}: anybody can take over all accounts. Route only the public port there.`;
    return report.fault('protection', says, 'HYDRA_PUBLIC_URL');
  }
}

function discoveryOf(body: string): Discovery | undefined {
  try {
    const json: unknown = JSON.parse(body);
    return typeof json === 'object' && json !== null && 'issuer' in json ? json : undefined;
  } catch {
    return undefined;
  }
}
