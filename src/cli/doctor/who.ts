import { NoAnswer } from '@portico/hydra-tools';
import type { PathAnswer } from '../../doctor/answer.ts';
import { release as ours } from '../../release.ts';
import { cookieName } from '../../web/cookies.ts';
import { compareWithHere } from './compare.ts';
import { cookieOf, isSignedWith } from './set-cookie.ts';
import { ask, byWhom, isFromApp, orNoAnswer, type Asked, type Path } from './path.ts';

/** A balancer with a few instances shows all of them by then, as a rule. */
const tries = 8;

export interface Who {
  /** What instances with our secret said, from each try one; empty when nobody could be asked. */
  answers: PathAnswer[];
  /** Some tries ended elsewhere. */
  isMixed: boolean;
}

const nobody: Who = { answers: [], isMixed: false };

/**
 * Finds out who answers at BASE_URL.
 * @returns `undefined` when further checks make no sense
 */
export async function who(path: Path): Promise<Who | undefined> {
  const { report, secrets } = path;
  if (secrets.length === 0) return nobody;
  const all = await Promise.all(
    Array.from({ length: tries }, () => orNoAnswer(ask(path, '/login', { parts: true }))),
  );
  const asked = all.flatMap((one) => (one instanceof NoAnswer ? [] : [one]));
  if (asked.some(({ isKept }) => isKept)) {
    const says = `Something between browsers and the app keeps its answers: people get pages of others. Switch the cache off for ${path.baseUrl.href}.`;
    report.fault('cache', says);
    return undefined;
  }
  const answers = asked.flatMap(({ answer }) => answer ?? []);
  if (answers.length === 0) return tellStranger(path);
  tellOthers(path, all);
  if (all.some((one) => one instanceof NoAnswer && one.code === 'ETIMEDOUT')) {
    const says =
      'Some requests were never answered, so the rest of the way was not checked: mend that first.';
    report.warning('left_out', says);
    return undefined;
  }
  if (!isRightPlace(path, answers)) return undefined;
  compareSecrets(path, answers);
  compareReleases(path, answers);
  await compareWithHere(path, answers[0]!.release);
  return { answers, isMixed: answers.length < tries };
}

/** Requests that ended at somebody else, although an instance with our secret answered others. */
function tellOthers({ report, baseUrl }: Path, all: (Asked | NoAnswer)[]): void {
  const others = all.filter((one) => one instanceof NoAnswer || !one.answer);
  if (others.length === 0) return;
  const share = `${others.length} of ${all.length} requests to ${baseUrl.href}`;
  const strangers = others.filter((one) => !(one instanceof NoAnswer) && isFromApp(one.visit));
  if (strangers.length > 0) {
    const says = `${share} reached an instance with another COOKIE_SECRET, or of another release: it refuses forms of pages that the others have shown. Give all instances the same secrets.`;
    return report.fault('secret', says, 'COOKIE_SECRET');
  }
  const [first] = others;
  const isSlow = first instanceof NoAnswer && first.code === 'ETIMEDOUT';
  const how =
    first instanceof NoAnswer
      ? first.message
      : `status ${first!.visit.status}${byWhom(first!.visit)}`;
  const why = isSlow
    ? 'an instance hangs, or is overloaded. Look at its log, and let the proxy check /health/ready'
    : 'the proxy still asks an instance that is away. Let it check /health/ready, and ask another one when a connection is refused';
  const says = `${share} ended before the app (${how}): ${why}.`;
  report.fault('app', says);
}

function isRightPlace({ baseUrl, report }: Path, answers: PathAnswer[]): boolean {
  const other = answers.find((answer) => answer.baseUrl !== baseUrl.href);
  if (other) {
    const says = `The instance that answers at ${baseUrl.href} has another BASE_URL, ${other.baseUrl}: its links and cookies lead there. Give both the same BASE_URL, or route the address to the right instance.`;
    report.fault('instance', says, 'BASE_URL');
    return false;
  }
  report.ok('instance', `This app answers at ${baseUrl.href}.`);
  const wants = `${baseUrl.path}/login`;
  const path = answers.map(({ saw }) => saw.path).find((one) => one !== wants);
  if (path === undefined) {
    report.ok('app_path', `The path ${wants} reaches the app unchanged.`);
    return true;
  }
  const what =
    baseUrl.path !== '' && wants.endsWith(path)
      ? `strips ${wants.slice(0, -path.length)} from the path`
      : `changes the path ${wants} into ${path}`;
  const says = `The proxy ${what}: Portico expects the whole path of BASE_URL. Pass it on unchanged, in nginx by a proxy_pass without a path, such as "proxy_pass http://portico;".`;
  report.fault('app_path', says, 'BASE_URL');
  return false;
}

function compareSecrets({ report, secrets }: Path, answers: PathAnswer[]): void {
  const isSame = ({ known, secrets: count }: PathAnswer) =>
    count === secrets.length &&
    known.length === count &&
    known.every(({ theirs, ours: own }) => theirs === own);
  const other = answers.find((answer) => !isSame(answer));
  if (!other) return report.ok('secret', 'The app has the COOKIE_SECRET of this environment.');
  const says = `The instance ${other.release.instance} has another list in COOKIE_SECRET than this environment, with at least one secret in common: a change of secrets is under way, or one of both is out of date.`;
  report.warning('secret', says, 'COOKIE_SECRET');
}

const nameOf = ({ version, commit }: { version: string; commit?: string | undefined }) =>
  commit ? `${version} (${commit.slice(0, 12)})` : version;

function compareReleases({ report }: Path, answers: PathAnswer[]): void {
  const names = [...new Set(answers.map(({ release }) => nameOf(release)))].toSorted();
  const instances = new Set(answers.map(({ release }) => release.instance)).size;
  const count = instances === 1 ? 'One instance answers' : `${instances} instances answer`;
  if (names.length > 1) {
    const says = `Instances of several releases answer: ${names.join(', ')}. An update is under way, or stopped half-way.`;
    return report.warning('release', says);
  }
  if (names[0] !== nameOf(ours)) {
    const says = `${count} with release ${names[0]}, but this command is of ${nameOf(ours)}: use that of the same release.`;
    return report.warning('release', says);
  }
  report.ok('release', `${count}, of release ${names[0]}.`);
}

/** Nobody with our secret is there: says who is, by what a browser gets. */
async function tellStranger(path: Path): Promise<Who | undefined> {
  const { baseUrl, challenge = '', newBrowser, report, secrets } = path;
  const address = `${baseUrl.href}/login?login_challenge=${challenge}`;
  const visit = await orNoAnswer(newBrowser().visit(address));
  if (visit instanceof NoAnswer) {
    report.fault(
      'app',
      `${visit.message}, when asked for the login page: look at the log of the app.`,
    );
    return undefined;
  }
  const name = cookieName(baseUrl, 'csrf');
  const cookie = cookieOf(visit.cookies, name);
  const usual = cookieName({ path: '', isSecure: false }, 'csrf');
  const ofAnother = visit.cookies.find((line) => line.split('=', 1)[0]!.includes(usual));
  if (cookie && secrets.some((secret) => isSignedWith(cookie.value, secret))) {
    const says =
      'The app has our COOKIE_SECRET, but does not say what came through to it: it is of an older release than this command, or a proxy drops the header Portico-Question. What only it can tell was left out.';
    report.warning('left_out', says);
    return nobody;
  }
  if (cookie || (isFromApp(visit) && !ofAnother)) {
    const older = cookie ? '' : ', or is of an older release than this command';
    const says = `The app at ${baseUrl.href} has another COOKIE_SECRET than this environment${older}: run the doctor with the environment of the app, and give all instances the same secrets.`;
    report.fault('secret', says, 'COOKIE_SECRET');
    return cookie ? nobody : undefined;
  }
  const title = /<title>([^<]{1,60})/i.exec(visit.body)?.[1]?.trim();
  const says = ofAnother
    ? `Another Portico answers at ${baseUrl.href}: its cookie is ${ofAnother.split('=', 1)[0]}, but with this BASE_URL it would be ${name}. Give both the same BASE_URL.`
    : `What answers at ${baseUrl.href}/login is not this app (status ${visit.status}${byWhom(visit)}${title ? `, "${title}"` : ''}): let the proxy pass ${baseUrl.path || '/'} on to it, or correct BASE_URL.`;
  report.fault('instance', says, 'BASE_URL');
  return undefined;
}
