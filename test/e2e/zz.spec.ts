import { AxeBuilder } from '@axe-core/playwright';
import { expect, test } from './support/test.ts';
import { getTokens, pressInSampleApp } from './support/steps.ts';
for (const scheme of ['light','dark'] as const) test('sample axe '+scheme, async ({ openBrowser, world }) => {
  const c = await openBrowser({colorScheme: scheme, viewport:{width:320,height:600}}); const page = await c.newPage();
  const check = async () => { const r = await new AxeBuilder({page}).withTags(['wcag2a','wcag2aa','wcag21aa','wcag22aa','best-practice']).analyze(); for (const v of r.violations) console.log(v.id, v.nodes.map(n=>n.html)); console.log(await page.evaluate(()=>document.documentElement.scrollWidth), page.url().slice(-30)); };
  await page.goto(world.sampleUrl); await check();
  await getTokens(page, world, {isRemembered:true}); await check();
  await page.getByRole('button',{name:'Connect a TV'}).click(); await check();
  await page.screenshot({path:`/tmp/devh/tv-${scheme}.png`});
  await page.goto(world.sampleUrl+'/callback?state=x'); await check();
});
test('complaint is noticed', async ({ page, world }) => {
  await pressInSampleApp(page, world, 'Sign in');
  await page.evaluate(() => { document.body.insertAdjacentHTML('beforeend','<p style="color:red">x</p>'); });
});
