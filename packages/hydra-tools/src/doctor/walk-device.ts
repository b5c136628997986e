import { checkScreen } from './screens.ts';
import { challengeOf, follow, passLoginAndConsent, stop, type Walk } from './walk.ts';

/** Connects a device by its user code (RFC 8628). Since 25.4. */
export async function walkDevice(walk: Walk): Promise<void> {
  const { browser, publicUrl, probe, hydra } = walk;
  const asked = await browser.visit(`${publicUrl}/oauth2/device/auth`, {
    form: { client_id: probe.clientId, client_secret: probe.clientSecret, scope: 'openid' },
  });
  const code = asked.status === 200 ? userCodeOf(asked.body) : undefined;
  if (code === undefined) throw stop(walk, 'device', asked);
  const challenge = challengeOf(
    walk,
    await browser.visit(`${publicUrl}/oauth2/device/verify`),
    'device',
  );
  const accepted = await hydra.device.accept(challenge, code);
  if (accepted === undefined) throw stop(walk, 'device_success', asked);
  const end = await passLoginAndConsent(walk, await follow(walk, accepted));
  if (!end.location || end.location.searchParams.has('error'))
    throw stop(walk, 'device_success', end);
  checkScreen('device_success', end.location, walk);
}

function userCodeOf(body: string): string | undefined {
  try {
    const { user_code: code } = JSON.parse(body) as { user_code?: unknown };
    return typeof code === 'string' ? code : undefined;
  } catch {
    return undefined;
  }
}
