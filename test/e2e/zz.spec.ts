import { expect, test } from './support/test.ts';
import { getTokens } from './support/steps.ts';
test('x', async ({ page, world }) => {
  page.on('framenavigated', f=>console.log('   nav', f.url().slice(0,90)));
  page.on('response', r=>console.log('      ', r.status(), r.request().method(), r.url().slice(0,80), (r.headers()['location']??'').slice(0,120)));
  await getTokens(page, world);
  for (let i=0;i<4;i++) { console.log('BACK'); await page.goBack(); await page.waitForTimeout(500); console.log('at', page.url().slice(0,90)); console.log(await page.locator('h1').innerText()); }
});
