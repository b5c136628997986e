import { NoAnswer } from '@portico/hydra-tools';
import { styleHash, type PathAnswer } from '../../doctor/answer.ts';
import { attributeOf } from './form.ts';
import type { Page } from './page.ts';
import { byWhom, orNoAnswer, type Path } from './path.ts';

/** Checks that the style sheets of the page come, and are those that the instances have. */
export async function checkStyle(path: Path, page: Page, answers: PathAnswer[]): Promise<void> {
  const { newBrowser, report } = path;
  const own = new Map(answers.flatMap(({ style }) => (style ? [[style.address, style.hash]] : [])));
  if (own.size > 1) {
    const says =
      'Instances have different files in the folder "public", so pages look now like this, now like that: an update is under way, or stopped half-way.';
    report.warning('style', says);
  }
  const sheets = [...page.visit.body.matchAll(/<link\b[^>]*>/gi)]
    .map(([tag]) => tag)
    .filter((tag) => attributeOf(tag, 'rel') === 'stylesheet')
    .flatMap((tag) => attributeOf(tag, 'href') ?? []);
  for (const href of sheets) {
    // oxlint-disable-next-line no-await-in-loop -- one or two
    const sheet = await orNoAnswer(newBrowser().visit(new URL(href, page.address).href));
    if (sheet instanceof NoAnswer) {
      return report.fault('style', `The style sheet ${href} does not come: ${sheet.message}.`);
    }
    const isCss = /^text\/css\b/.test(sheet.headers['content-type'] ?? '');
    if (sheet.status !== 200 || !isCss) {
      const says = `The style sheet ${href} does not come (status ${sheet.status}${byWhom(sheet)}): pages are bare. Let the proxy pass everything below ${path.baseUrl.path}/static on to the app.`;
      return report.fault('style', says);
    }
    const hash = own.get(href);
    if (hash !== undefined && hash !== styleHash(sheet.body)) {
      const says = `The style sheet ${href} is not the one that the app has: something in front of the app keeps an old one or changes it. Empty that cache.`;
      return report.fault('style', says);
    }
    if (own.size > 0 && hash === undefined && href.endsWith('/style.css')) {
      const says = `The login page names the style sheet ${href}, which no instance has: the page or an instance is of another release.`;
      return report.warning('style', says);
    }
  }
  if (own.size <= 1 && sheets.length > 0) report.ok('style', 'The style sheets of the app come.');
}
