import { Router, type Request, type Response } from 'express';
import type { Parts } from '../assemble.ts';
import { methodUnknown } from '../screens/error-handler.ts';
import { localeOf } from '../screens/locale.ts';
import { visibleText } from '../screens/visible-text.ts';

/** The drawing for each known error; the others get `caution`. */
const tiles = new Map([
  ['access_denied', 'arch'],
  ['invalid_request', 'caution'],
  ['invalid_client', 'caution'],
  ['invalid_scope', 'caution'],
  ['unauthorized_client', 'caution'],
  ['unsupported_response_type', 'caution'],
  ['server_error', 'cloud'],
  ['temporarily_unavailable', 'cloud'],
  ['login_required', 'arch'],
  ['consent_required', 'arch'],
  ['interaction_required', 'arch'],
  ['request_forbidden', 'clock'],
  ['request_unauthorized', 'clock'],
  ['not_found', 'lens'],
]);
/** Before 2.0, servers send this when an address is opened a second time. */
const otherNames = new Map([['error', 'not_found']]);
/** Drawings for what is the app's fault or ours; with the others, the person can just start again. */
const cautionTiles = ['caution', 'cloud'];
const longestText = 1_000;

/**
 * The page for errors that the OAuth2 server cannot send to an app (`URLS_ERROR`). Anybody can write
 * such an address, so its text is shown only as folded details.
 */
export function oauth2ErrorRoutes({ addresses }: Pick<Parts, 'addresses'>): Router {
  function showOauth2Error(req: Request, res: Response): void {
    const { t, h } = localeOf(res);
    const error = textOf(req.query['error']);
    const description = textOf(req.query['error_description']);
    const name = error.toLowerCase().replaceAll(' ', '_');
    const code = tiles.has(name) ? name : (otherNames.get(name) ?? 'default');
    const tile = tiles.get(code) ?? 'caution';
    const isCaution = cautionTiles.includes(tile);
    // What the app has done wrong, only those can mend who run it.
    const hasDetails = tile === 'caution' && error !== '';
    res.status(400).render('error', {
      tile,
      kind: isCaution ? 'caution' : 'accent',
      title: t(`oauth2.${code}.title`),
      text: h(`oauth2.${code}.text`),
      // Nothing in the address tells which app it was, so nothing leads there.
      buttons: [{ label: h('button.start_page'), href: addresses.start, style: 'tonal' }],
      reference: isCaution && req.id,
      details: hasDetails
        ? { error: visibleText(error), description: visibleText(description) }
        : undefined,
    });
  }

  const router = Router();
  router.get('/error', showOauth2Error);
  router.all('/error', methodUnknown('GET, HEAD'));
  return router;
}

function textOf(value: unknown): string {
  const text: unknown = Array.isArray(value) ? value[0] : value;
  return typeof text === 'string' ? text.slice(0, longestText) : '';
}
