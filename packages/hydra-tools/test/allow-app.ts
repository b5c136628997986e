/** A person who signs in to an app and allows it what it asks for, without screens. */
import { createHydra } from '@portico/hydra-admin';

interface Allowed {
  app: { id: string; secret: string; redirectUri: string };
  subject: string;
  scope: string;
  rememberForSeconds: number;
}

/** @returns the access token that the app gets */
export async function allowApp(
  server: { adminUrl: string; publicUrl: string },
  { app, subject, scope, rememberForSeconds }: Allowed,
): Promise<string> {
  const hydra = createHydra({ adminUrl: server.adminUrl });
  const visit = createVisitor();
  const asked = new URLSearchParams({
    client_id: app.id,
    response_type: 'code',
    scope,
    redirect_uri: app.redirectUri,
    state: '12345678',
  });
  const login = await visit(`${server.publicUrl}/oauth2/auth?${asked.toString()}`);
  const challenge = login.searchParams.get('login_challenge')!;
  const consent = await visit(await hydra.login.accept(challenge, { subject }));
  const granted = await hydra.consent.accept(consent.searchParams.get('consent_challenge')!, {
    grant_scope: scope.split(' '),
    grant_access_token_audience: [],
    session: { access_token: {}, id_token: {} },
    remember: true,
    remember_for: rememberForSeconds,
  });
  await hydra.close();
  const code = (await visit(granted)).searchParams.get('code') ?? '';
  const answer = await fetch(`${server.publicUrl}/oauth2/token`, {
    method: 'POST',
    headers: { authorization: `Basic ${btoa(`${app.id}:${app.secret}`)}` },
    body: new URLSearchParams({
      grant_type: 'authorization_code',
      code,
      redirect_uri: app.redirectUri,
    }),
  });
  return ((await answer.json()) as { access_token: string }).access_token;
}

/** A browser that keeps cookies. @returns where an address leads */
function createVisitor(): (address: string) => Promise<URL> {
  const cookies = new Map<string, string>();
  return async (address) => {
    const cookie = [...cookies].map((pair) => pair.join('=')).join('; ');
    const answer = await fetch(address, { redirect: 'manual', headers: { cookie } });
    for (const line of answer.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      cookies.set(name, value);
    }
    return new URL(answer.headers.get('location') ?? '');
  };
}
