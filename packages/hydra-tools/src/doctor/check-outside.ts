import type { ToolConfig } from '../settings.ts';
import { isLoopback } from './addresses.ts';
import { NoAnswer, type Browser, type Visit } from './browser.ts';
import { harmlessPath, isAdminAnswer } from './check-admin.ts';
import type { Report } from './report.ts';

/** Where the admin API of the server usually listens. */
const usualAdminPort = '4445';

/**
 * Looks for the admin API where strangers may find it: below the address of the app, and at its own
 * ports of the public hosts. What a firewall keeps from others cannot be seen from here.
 */
export async function checkOutside(
  browser: Browser,
  { adminUrl, publicUrl }: Pick<ToolConfig['hydra'], 'adminUrl' | 'publicUrl'>,
  baseUrl: ToolConfig['baseUrl'],
  report: Report,
): Promise<void> {
  const admin = new URL(adminUrl);
  const isAdmin = async (address: string) => {
    const answers = await Promise.all(
      ['/admin', ''].map((prefix) => orNothing(browser.visit(address + prefix + harmlessPath))),
    );
    return answers.some((answer) => answer && isAdminAnswer(answer));
  };
  const known = [admin.origin, publicUrl && new URL(publicUrl).origin]; // looked at elsewhere
  const below = baseUrl ? [...new Set([baseUrl.origin, baseUrl.href])] : [];
  const answers = await Promise.all(
    below.map(async (root) => !known.includes(root) && (await isAdmin(root))),
  );
  const open = below[answers.indexOf(true)];
  if (open !== undefined) {
    const says = `The admin API answers at ${open}, the address of the app: anybody can take over all accounts. Let the proxy pass on only the paths of this app and of the public port.`;
    return report.fault('protection', says, 'BASE_URL');
  }
  const hosts = [publicUrl, baseUrl?.href].filter((one) => one !== undefined && !isLoopback(one));
  const places = new Set(
    hosts.flatMap((href) =>
      [usualAdminPort, admin.port].map((port) => `http://${new URL(href!).hostname}:${port}`),
    ),
  );
  places.delete(admin.origin); // told already
  const found = await Promise.all(
    [...places]
      .filter((place) => URL.canParse(place) && new URL(place).port !== '')
      .map(async (place) => ((await isAdmin(place)) ? place : undefined)),
  );
  for (const place of found) {
    if (place === undefined) continue;
    const says = `The admin API answers from here at ${place}, on a public host: if the internet reaches that port, too, anybody can take over all accounts. Bind SERVE_ADMIN_HOST to a private network.`;
    report.warning('protection', says, 'SERVE_ADMIN_HOST');
  }
}

async function orNothing(visit: Promise<Visit>): Promise<Visit | undefined> {
  return visit.catch((error: unknown) => {
    if (error instanceof NoAnswer) return undefined;
    throw error;
  });
}
