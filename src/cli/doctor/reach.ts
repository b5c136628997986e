import { certificateFault, NoAnswer, type Visit } from '@portico/hydra-tools';
import { ask, byWhom, isFromApp, orNoAnswer, type Path } from './path.ts';

/** One of several instances may be away: what becomes of its requests is told later. */
const tries = 3;
const mostHops = 6;
const dayMs = 24 * 60 * 60 * 1_000;
const soonDays = 14;

/**
 * Checks whether anything of the app answers at BASE_URL.
 * @returns whether further checks make sense
 */
export async function reach(path: Path): Promise<boolean> {
  const { baseUrl, report } = path;
  const all = await Promise.all(
    Array.from({ length: tries }, () => orNoAnswer(ask(path, '/login'))),
  );
  const visits = all.flatMap((one) => (one instanceof NoAnswer ? [] : [one.visit]));
  const visit = visits.find((one) => isFromApp(one)) ?? visits[0];
  if (!visit) {
    tellWhy(path, all[0] as NoAnswer);
    return false;
  }
  if (visit.certificateEnd) checkCertificateEnd(path, visit.certificateEnd);
  if (visit.status >= 300 && visit.status < 400) {
    await tellRedirect(path, visit);
    return false;
  }
  if (visit.status >= 500 && !isFromApp(visit)) {
    const why =
      visit.status === 504
        ? 'the app does not answer it in time'
        : 'it cannot reach the app: no instance runs, none is ready, or the proxy has a wrong address or port for it';
    const says = `A proxy answers ${baseUrl.href}/login by itself (status ${visit.status}${byWhom(visit)}): ${why}.`;
    report.fault('app', says);
    return false;
  }
  report.ok('app', `Something answers at ${baseUrl.href}.`);
  return true;
}

function tellWhy({ baseUrl, report }: Path, fault: NoAnswer): void {
  const certificate = certificateFault(fault.code);
  if (certificate) {
    const says = `The address of the app, ${baseUrl.href}, ${certificate}`;
    return report.fault('certificate', says, 'NODE_EXTRA_CA_CERTS');
  }
  if (fault.code === 'HPE_HEADER_OVERFLOW') {
    return report.fault('answer_headers', `${fault.message}: its headers have no end.`);
  }
  const router =
    'Behind some routers a machine cannot reach its own public address: then run the doctor elsewhere';
  const isName = fault.code === 'ENOTFOUND' || fault.code === 'EAI_AGAIN';
  const isSlow = fault.code === 'ETIMEDOUT';
  const wants = isName
    ? 'the name in the DNS, and BASE_URL'
    : isSlow
      ? `whether the app hangs or is overloaded, and whether a firewall swallows connections. ${router}`
      : `that the app and what is in front of it run, and BASE_URL. ${router}`;
  const says = `Nobody can sign in: ${baseUrl.href} cannot be reached from here, ${fault.message}. Check ${wants}.`;
  report.fault('app', says, 'BASE_URL');
}

function checkCertificateEnd({ report }: Path, end: Date): void {
  const days = Math.floor((end.getTime() - Date.now()) / dayMs);
  if (days >= soonDays) {
    return report.ok('certificate', `The certificate of the app is valid for ${days} days.`);
  }
  const says = `The certificate of the app ends in ${days} days: renew it, and let the proxy read it again.`;
  report.warning('certificate', says);
}

/** The app leads nowhere from a login page without a challenge: a proxy does. */
async function tellRedirect(path: Path, first: Visit): Promise<void> {
  const { baseUrl, report, newBrowser } = path;
  const begin = `${baseUrl.href}/login`;
  const seen = new Set([begin]);
  let visit: Visit | NoAnswer = first;
  let place = begin;
  while (!(visit instanceof NoAnswer) && visit.location && seen.size <= mostHops) {
    place = visit.location.href;
    if (seen.has(place)) {
      const says = `A proxy redirects ${begin} in a circle${byWhom(first)}: one that demands https does not know that the one before it has ended https. Let the outer one send X-Forwarded-Proto, and the inner one go by it.`;
      return report.fault('redirects', says);
    }
    seen.add(place);
    // oxlint-disable-next-line no-await-in-loop -- one leads to the next
    visit = await orNoAnswer(newBrowser().visit(place));
  }
  const { origin, pathname } = new URL(place);
  const says = `A proxy redirects ${begin} to ${origin}${pathname}${byWhom(first)}: set BASE_URL to the address at which browsers end, or take that redirect away.`;
  return report.fault('redirects', says, 'BASE_URL');
}
