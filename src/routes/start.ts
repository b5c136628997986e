import { Router, type Request, type Response } from 'express';
import { PublicError } from '../errors.ts';
import type { Identity } from '../identity/backend.ts';
import { leave } from '../web/answer.ts';
import { postedText } from '../web/form.ts';
import { methodUnknown } from '../screens/error-handler.ts';
import { refusalNotice } from '../web/form-locals.ts';
import { personView } from '../screens/app-view.ts';
import type { Desk } from './desk.ts';

type Needs = { identity: Pick<Identity, 'find'> } & Pick<Desk, 'csrf' | 'pages' | 'sessions'>;

/** The page for people who come without an app: what this is, and who is signed in here. */
export function startRoutes({ identity, csrf, pages, sessions }: Needs): Router {
  async function showStart(req: Request, res: Response): Promise<void> {
    const signIn = await sessions.signedIn(req, res);
    const user = signIn && (await identity.find(signIn.subject));
    res.render('start', {
      person: user && personView(user),
      notice: refusalNotice(res),
      csrfToken: user && csrf.tokenFor(req, res),
    });
  }

  /** The OAuth2 server may remember nobody and then never ask us, so this session ends by itself. */
  async function signOut(req: Request, res: Response): Promise<void> {
    if (postedText(req, 'decision') !== 'sign_out') throw new PublicError('decision_unknown');
    await sessions.end(req, res);
    leave(req, res, pages.signOutOfServer.startAgain ?? pages.loggedOut);
  }

  const router = Router();
  router.get('/', showStart);
  router.post('/', signOut);
  router.all('/', methodUnknown('GET, HEAD, POST'));
  return router;
}
