import { NoAnswer } from '@portico/hydra-tools';
import { isFromApp, orNoAnswer, type Path } from './path.ts';

/**
 * Checks that nobody is served without encryption: who types the name of a host comes by http.
 * @param port where http is expected
 */
export async function checkPlainHttp(
  { baseUrl, newBrowser, report }: Pick<Path, 'baseUrl' | 'newBrowser' | 'report'>,
  port = 80,
): Promise<void> {
  if (!baseUrl.isSecure || baseUrl.port !== '') return;
  const { hostname } = new URL(baseUrl.href);
  const place = `http://${hostname}${port === 80 ? '' : `:${port}`}`;
  const visit = await orNoAnswer(newBrowser().visit(`${place}${baseUrl.path}/login`));
  if (visit instanceof NoAnswer) {
    return report.ok('http', `Nothing answers at ${place} without encryption.`);
  }
  if (visit.status >= 300 && visit.status < 400 && visit.location?.protocol === 'https:') {
    return report.ok('http', `${place} leads to https.`);
  }
  if (visit.status >= 300 && !isFromApp(visit)) {
    return report.ok('http', `${place} serves nothing without encryption.`);
  }
  const says = `${place} serves pages without encryption (status ${visit.status}): let the proxy redirect everything there to ${baseUrl.origin}.`;
  report.warning('http', says);
}
