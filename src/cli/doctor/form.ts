import { NoAnswer } from '@portico/hydra-tools';
import { cookieName } from '../../web/cookies.ts';
import type { Page } from './page.ts';
import { ask, byWhom, isFromApp, orNoAnswer, type Path } from './path.ts';

/**
 * Posts the form of the login page, with nothing typed into it, as a browser would. An empty form is no
 * wrong password: the page is shown again.
 */
export async function checkForm(path: Path, page: Page): Promise<void> {
  const { baseUrl, report } = path;
  const { address, browser, visit } = page;
  const form = formOf(visit.body);
  if (!form) {
    const says = 'The login page has no form that the doctor knows, so none was posted.';
    return report.warning('left_out', says);
  }
  const answer = await orNoAnswer(
    browser.visit(new URL(form.action, address).href, {
      form: form.hidden,
      headers: {
        origin: baseUrl.origin,
        referer: address,
        'sec-fetch-site': 'same-origin',
        'sec-fetch-mode': 'navigate',
        'sec-fetch-dest': 'document',
      },
    }),
  );
  if (answer instanceof NoAnswer) {
    return report.fault('form', `The form of the login page cannot be posted: ${answer.message}.`);
  }
  const how = `status ${answer.status}${byWhom(answer)}`;
  // A proxy may have taken the headers away by which the app is known.
  const isShownAgain = formOf(answer.body) !== undefined;
  if (answer.status === 403 && (isFromApp(answer) || isShownAgain)) return tellRefusal(path, page);
  if (isFromApp(answer) && answer.status >= 500) {
    const says = `The app answers the form of its login page by an error page (status ${answer.status}): see its log, and what is told about what it depends on.`;
    return report.fault('form', says);
  }
  if (!(isFromApp(answer) || isShownAgain) || answer.status === 404 || answer.status >= 500) {
    const says = `The form of the login page does not come through to the app (${how}): let the proxy pass on POST and its body, and the headers Origin and Cookie, unchanged.`;
    return report.fault('form', says);
  }
  report.ok('form', 'The form of the login page is taken.');
}

/** The app takes a form when its cookie comes back, and it can read it. */
async function tellRefusal(path: Path, { browser }: Page): Promise<void> {
  const { baseUrl, report, secrets } = path;
  const name = cookieName(baseUrl, 'csrf');
  const asked = secrets.length > 0 ? await orNoAnswer(ask(path, '/login', { browser })) : undefined;
  const answer = asked instanceof NoAnswer ? undefined : asked?.answer;
  if (answer && !answer.saw.cookies.includes(name)) {
    const says = `The cookie of the login page, ${name}, does not come back to the app, so it refuses all forms: let the proxy pass on the header Cookie.`;
    return report.fault('app_cookies', says);
  }
  const says =
    'The app refuses the form of its own login page (status 403): a proxy changes Origin, Cookie or the body, or another instance with another COOKIE_SECRET got the form.';
  report.fault('form', says, 'COOKIE_SECRET');
}

/** The first form of a page that holds our token: a fork may draw it as it likes. */
function formOf(html: string): { action: string; hidden: Record<string, string> } | undefined {
  for (const [whole, tag = ''] of html.matchAll(/<form\b([^>]*)>.*?<\/form>/gis)) {
    const inputs = [...whole.matchAll(/<input\b[^>]*>/gi)].map(([input]) => input);
    const hidden = inputs
      .filter((input) => attributeOf(input, 'type') === 'hidden')
      .map((input) => [attributeOf(input, 'name') ?? '', attributeOf(input, 'value') ?? '']);
    const fields = Object.fromEntries(hidden) as Record<string, string>;
    if ('_csrf' in fields) return { action: attributeOf(tag, 'action') ?? '', hidden: fields };
  }
  return undefined;
}

export function attributeOf(tag: string, name: string): string | undefined {
  const value = new RegExp(String.raw`\s${name}="([^"]*)"`, 'i').exec(tag)?.[1];
  return value?.replace(/&(amp|quot|lt|gt|#(\d+)|#x([\da-f]+));/gi, (_, entity, digits, hex) => {
    if (digits) return String.fromCodePoint(Number(digits));
    if (hex) return String.fromCodePoint(Number.parseInt(hex, 16));
    return { amp: '&', quot: '"', lt: '<', gt: '>' }[String(entity).toLowerCase()] ?? '';
  });
}
