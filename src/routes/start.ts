import { Router, type Request, type Response } from 'express';
import type { Parts } from '../assemble.ts';
import type { User } from '../identity/backend.ts';
import { leave } from '../web/leave.ts';
import { PublicError } from '../errors.ts';
import { personView } from '../screens/person-view.ts';
import { methodUnknown } from '../screens/error-handler.ts';
import { isLanguageSwitch } from '../screens/locale.ts';
import { refusalNotice } from '../screens/notice.ts';
import { orWithoutStore } from '../screens/without-store.ts';
import { formFault } from '../web/csrf.ts';
import { postedText } from '../web/form.ts';
import { isOver, isProvenToday } from '../web/kept-sign-ins.ts';

type Needs = Pick<
  Parts,
  | 'addresses'
  | 'audit'
  | 'browsers'
  | 'csrf'
  | 'identity'
  | 'keptSignIns'
  | 'leftApp'
  | 'log'
  | 'sessions'
  | 'signOutDetours'
>;

/** The page for people who come without an app: it says what this is and who is signed in. */
export function startRoutes(needs: Needs): Router {
  const router = Router();
  router.get('/', (req, res) => showStart(needs, req, res));
  router.post('/', (req, res) => signOut(needs, req, res));
  router.all('/', methodUnknown('GET, HEAD, POST'));
  return router;
}

async function showStart(needs: Needs, req: Request, res: Response): Promise<void> {
  const { csrf } = needs;
  const signedIn = await whoIsHere(needs, req, res);
  res.render('start', {
    person: signedIn?.user && personView(signedIn.user),
    notice: refusalNotice(res),
    csrfToken: signedIn && csrf.tokenFor(req, res),
  });
}

interface SignedIn {
  user?: User;
}

/** Without `user` while the user store cannot say who it is: they can sign out all the same. */
async function whoIsHere(needs: Needs, req: Request, res: Response): Promise<SignedIn | undefined> {
  // It is asked only where the browser brings a sign-in.
  const asked = signedInPerson(needs, req, res).then(
    (user): SignedIn | undefined => user && { user },
  );
  return orWithoutStore(needs, req, asked, {});
}

/** By our session or, after a restart, by what the browser keeps as long as the OAuth2 server does. */
async function signedInPerson(
  { identity, keptSignIns, sessions }: Needs,
  req: Request,
  res: Response,
): Promise<User | undefined> {
  const signedIn = await sessions.signedIn(req, res);
  if (signedIn) return identity.find(signedIn.subject);
  const kept = keptSignIns.of(req);
  // Where the server decides how long, only the server knows.
  if (!kept?.until || isOver(kept)) return undefined;
  const user = await identity.find(kept.subject);
  return user && !user.disabled && isProvenToday(kept, user) ? user : undefined;
}

/** Ends our session first: if the OAuth2 server remembers nobody, it will not send us a logout request. */
async function signOut(needs: Needs, req: Request, res: Response): Promise<void> {
  const { addresses, audit, browsers, identity, keptSignIns, leftApp } = needs;
  const { sessions, signOutDetours } = needs;
  if (formFault(res) || isLanguageSwitch(req)) return showStart(needs, req, res);
  if (postedText(req, 'decision') !== 'sign_out') throw new PublicError('decision_unknown');
  const signedIn = await whoIsHere(needs, req, res);
  const signIn = await orWithoutStore(needs, req, sessions.lastSignIn(req, res), undefined);
  const target = addresses.signOutOfServer ?? addresses.loggedOut;
  const first = await signOutDetours.begin(res, { ways: identity.ways, signIn, target });
  await sessions.end(req, res);
  keptSignIns.forget(req, res);
  audit(req, 'signed_out', { subject: signedIn?.user?.subject });
  browsers.keep(req, res, browsers.afterSignOut(req, 'start'));
  leftApp.keep(req, res, undefined);
  leave(res, first);
}
