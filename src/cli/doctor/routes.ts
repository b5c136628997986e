import { NoAnswer } from '@portico/hydra-tools';
import { ask, orNoAnswer, type Path } from './path.ts';

/** Where the OAuth2 server and our own pages send browsers, beside the login page. */
const places = [
  '/',
  '/consent',
  '/logout',
  '/logged-out',
  '/error',
  '/device/verify',
  '/device/success',
  '/static/',
];

/** Checks whether the proxies pass on all paths of the app, not only that of the login page. */
export async function checkRoutes(path: Path): Promise<void> {
  const { baseUrl, report } = path;
  const reached = await Promise.all(
    places.map(async (place) => {
      const asked = await orNoAnswer(ask(path, place));
      if (asked instanceof NoAnswer) return false;
      return asked.answer?.saw.path === baseUrl.path + place;
    }),
  );
  const lost = places.filter((_, at) => !reached[at]).map((place) => baseUrl.path + place);
  if (lost.length === 0) return report.ok('routes', 'All paths of the app reach it.');
  const says = `These paths do not reach the app: ${lost.join(', ')}. Let the proxy pass on everything below ${baseUrl.href}/.`;
  report.fault('routes', says, 'BASE_URL');
}
