import type { ToolConfig } from '../settings.ts';
import { areTwoNamesOfOneHost, isFallbackPage, isSamePlace, withoutQuery } from './addresses.ts';
import type { About, Report } from './report.ts';

/** The paths of our screens, and the settings of the server that must lead to them. */
const screens = {
  login: { path: '/login', setting: 'URLS_LOGIN', what: 'for login' },
  consent: { path: '/consent', setting: 'URLS_CONSENT', what: 'for consent' },
  logout: { path: '/logout', setting: 'URLS_LOGOUT', what: 'for logout' },
  logged_out: { path: '/logged-out', setting: 'URLS_POST_LOGOUT_REDIRECT', what: 'after logout' },
  error: { path: '/error', setting: 'URLS_ERROR', what: 'with errors' },
  device: {
    path: '/device/verify',
    setting: 'URLS_DEVICE_VERIFICATION',
    what: 'to enter a device code',
  },
  device_success: {
    path: '/device/success',
    setting: 'URLS_DEVICE_SUCCESS',
    what: 'when a device is connected',
  },
} as const satisfies Partial<Record<About, object>>;

export type Screen = keyof typeof screens;

/** Compares the address where the server sent the browser with the address of our screen. */
export function checkScreen(
  screen: Screen,
  seen: URL,
  { baseUrl, report }: { baseUrl: ToolConfig['baseUrl']; report: Report },
): void {
  const { path, setting, what } = screens[screen];
  const place = withoutQuery(seen.href);
  const wanted =
    baseUrl === undefined ? `the address of this app, with ${path}` : baseUrl.href + path;
  if (isFallbackPage(seen.href)) {
    const says = `${setting} is not set: Hydra sends the browser ${what} to its own placeholder. Set it to ${wanted}.`;
    return report.fault(screen, says, setting);
  }
  if (baseUrl === undefined) {
    return report.ok(
      screen,
      `Hydra sends the browser ${what} to ${place} (not compared, because BASE_URL is not set).`,
    );
  }
  if (isSamePlace(place, wanted))
    return report.ok(screen, `Hydra sends the browser ${what} to ${place}.`);
  const why = areTwoNamesOfOneHost(place, wanted)
    ? ' (localhost and 127.0.0.1 are two hosts to cookies)'
    : '';
  const says = `Hydra sends the browser ${what} to ${place}, but this app has another address${why}: set ${setting} to ${wanted}.`;
  return report.fault(screen, says, setting);
}
