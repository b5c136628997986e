import type { Request, Response } from 'express';
import { readCookie, setCookie } from './cookies.ts';
import type { Context } from './context.ts';
import type { LoginSession } from './records.ts';

/** Who is remembered in this browser. A cookie that we did not write counts as none. */
export function currentSession(context: Context, req: Request): LoginSession | undefined {
  const id = context.sealer.open('session', readCookie(context, req, { kind: 'session' }) ?? '');
  return id === undefined ? undefined : rememberedSession(context, id);
}

export function rememberedSession(context: Context, id: string): LoginSession | undefined {
  const session = context.records.loginSessions.get(id);
  return session?.isRemembered ? session : undefined;
}

/** Without an age the browser forgets it when it ends. */
export function rememberSession(
  context: Context,
  res: Response,
  { id, ...age }: { id: string; maxAgeSeconds?: number },
): void {
  setCookie(context, res, {
    kind: 'session',
    value: context.sealer.seal('session', id),
    ...age,
  });
}

/** Takes the cookie away, whether the browser had one or not. */
export function forgetCookie(context: Context, res: Response): void {
  setCookie(context, res, { kind: 'session', value: '', maxAgeSeconds: 0 });
}

/** Ends the session of this browser, here and there. */
export function forgetSession(context: Context, res: Response): void {
  const session = currentSession(context, res.req);
  if (session) context.records.loginSessions.delete(session.id);
  forgetCookie(context, res);
}
