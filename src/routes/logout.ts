import { Router, type Request, type Response } from 'express';
import type { Hydra, LogoutRequest } from '@portico/hydra-admin';
import type { Identity } from '../identity/backend.ts';
import { maySkipLogoutQuestion } from '../policy/logout.ts';
import { leave, leaveAgain } from '../web/answer.ts';
import { readChallenge, readDecision } from '../web/form.ts';
import { mayActUnasked } from '../web/csrf.ts';
import { methodUnknown } from '../screens/error-handler.ts';
import { formLocals } from '../web/form-locals.ts';
import { preferLocales } from '../screens/locale.ts';
import { audit } from '../web/log.ts';
import { appView, personView } from '../screens/app-view.ts';
import type { Desk } from './desk.ts';

type Needs = { hydra: Pick<Hydra, 'logout'>; identity: Pick<Identity, 'find'> } & Pick<
  Desk,
  'answers' | 'csrf' | 'locales' | 'log' | 'pages' | 'policy' | 'sessions' | 'wayBack'
>;

/** The question before signing out, and the pages after it. */
export function logoutRoutes(needs: Needs): Router {
  const { hydra, identity, answers, csrf, log, sessions, wayBack } = needs;

  async function showLogout(req: Request, res: Response): Promise<void> {
    const challenge = readChallenge(req, 'logout_challenge');
    if (await leaveAgain(req, res, challenge, needs)) return;
    const request = await hydra.logout.get(challenge);
    if (!maySkipLogoutQuestion(request) || !mayActUnasked(req, res)) {
      return showForm(req, res, request, challenge);
    }
    const answer = { challenge, browser: undefined, decision: 'unasked' };
    const target = await answers.once(answer, () => signOut(req, challenge, request));
    await sessions.end(req, res);
    leave(req, res, target);
  }

  async function submitLogout(req: Request, res: Response): Promise<void> {
    const challenge = readChallenge(req, 'logout_challenge');
    const decision = readDecision(req);
    const answer = { challenge, browser: csrf.browserOf(req), decision };
    const { app } = wayBack.of(req);
    if (decision === 'reject') {
      await answers.once(answer, () => stay(req, challenge));
      return res.render('stayed', { app, person: await signedIn(req, res) });
    }
    const target = await answers.once(answer, async () =>
      signOut(req, challenge, await hydra.logout.get(challenge)),
    );
    await sessions.end(req, res);
    leave(req, res, target, app);
  }

  async function signOut(req: Request, challenge: string, request: LogoutRequest): Promise<string> {
    const redirectTo = await hydra.logout.accept(challenge);
    tell(req, request, 'signed out');
    return redirectTo;
  }

  async function stay(req: Request, challenge: string): Promise<string> {
    const request = await hydra.logout.get(challenge);
    await hydra.logout.reject(challenge);
    tell(req, request, 'stayed');
    return needs.pages.stayed;
  }

  function tell(req: Request, { subject, client }: LogoutRequest, event: 'signed out' | 'stayed') {
    audit(log, req, event, { subject, client: client?.client_id });
  }

  async function showForm(
    req: Request,
    res: Response,
    request: LogoutRequest,
    challenge: string,
  ): Promise<void> {
    const wishes = uiLocalesOf(request.request_url);
    preferLocales(needs.locales, res, wishes);
    const user = await identity.find(request.subject);
    const app = request.client ? appView(request.client) : undefined;
    res.render('logout', {
      ...formLocals(csrf, req, res, challenge),
      app,
      person: user && personView(user),
      wayBack: wayBack.note(challenge, app ? { app } : {}),
    });
  }

  async function signedIn(req: Request, res: Response) {
    const signIn = await sessions.signedIn(req, res);
    const user = signIn && (await needs.identity.find(signIn.subject));
    return user && personView(user);
  }

  const router = Router();
  router.get('/logout', showLogout);
  router.post('/logout', submitLogout);
  router.all('/logout', methodUnknown('GET, HEAD, POST'));
  router.get('/logout/stayed', async (req, res) =>
    res.render('stayed', { person: await signedIn(req, res) }),
  );
  router.get('/logged-out', (_req, res) => res.render('logged-out'));
  router.all(['/logout/stayed', '/logged-out'], methodUnknown('GET, HEAD'));
  return router;
}

/** A logout has no context of its own: the wish stands in its address (RP-Initiated Logout 1.0, 2). */
function uiLocalesOf(requestUrl: string): string[] | undefined {
  const query = requestUrl.slice(requestUrl.indexOf('?') + 1);
  return new URLSearchParams(query).get('ui_locales')?.split(' ');
}
