/** Views are ordinary EJS, rendered by `res.render` as Express documents it. */
import express from 'express';
import request from 'supertest';
import { describe, expect, test } from '@jest/globals';
import { createRender } from '../../src/screens/render.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

interface Locals {
  app?: object;
  response?: object;
  call?: object;
}

/** An app that renders the view `page`, and shows its faults as text. */
function appOf(files: Record<string, string>, locals: Locals = {}, name = 'page') {
  const app = express();
  app.response.render = createRender(temporaryFolder(files));
  Object.assign(app.locals, locals.app);
  app.get('/', (_req, res) => {
    Object.assign(res.locals, locals.response);
    res.render(name, locals.call);
  });
  const showFault: express.ErrorRequestHandler = (error: Error, _req, res, _next) => {
    res.status(500).send(`${error.name}: ${error.message}`);
  };
  return app.use(showFault);
}

async function htmlOf(view: string, call: object = {}, more: Record<string, string> = {}) {
  const answer = await request(appOf({ 'page.ejs': view, ...more }, { call })).get('/');
  expect([answer.status, answer.text]).toEqual([200, expect.any(String)]);
  return answer.text;
}

async function faultOf(files: Record<string, string>, call: object = {}) {
  const answer = await request(appOf(files, { call })).get('/');
  expect(answer.status).toBe(500);
  return answer.text;
}

describe('a view may use', () => {
  const items = ['a', 'b'];
  const idioms: [idiom: string, view: string, html: string][] = [
    ['forEach', '<% items.forEach(function (item) { %>[<%= item %>]<% }); %>', '[a][b]'],
    [
      'arrow functions with object literals',
      '<% const rows = items.map((item, at) => ({ item, at })); %><%= rows[1].item + rows[1].at %>',
      'b1',
    ],
    ['a key that is a reserved word', "<% const box = { class: 'x' }; %><%= box.class %>", 'x'],
    ['destructuring', '<% const { a, b: [first] } = pair; %><%= `${a} ${first}` %>', '1 2'],
    ['default values', '<% const { none = 7 } = pair; %><%= none %>', '7'],
    ['default parameters', '<% function of(x = 3) { return x; } %><%= of() %>', '3'],
    ['var', '<% var sum = 1; sum += 1; %><%= sum %>', '2'],
    ['let in loops', '<% for (let i = 0; i < 3; i++) { %><%= i %><% } %>', '012'],
    [
      'for … of',
      '<% for (const [at, item] of items.entries()) { %><%= at + item %><% } %>',
      '0a1b',
    ],
    ['while', '<% let n = 2; while (n > 0) { %><%= n %><% n -= 1; } %>', '21'],
    ['do', '<% let n = 0; do { %><%= n %><% n += 1; } while (n < 2); %>', '01'],
    ['switch', "<% switch (kind) { case 'x': %>is x<% break; default: %>other<% } %>", 'is x'],
    ['try and catch', '<% try { %><%= gone.by %><% } catch (error) { %>caught<% } %>', 'caught'],
    ['comments', '<% // a class of its own\nconst one = 1; /* new class */ %><%= one %>', '1'],
    ['template literals with names', '<%= `${kind}: ${items.length}` %>', 'x: 2'],
    ['object shorthand', '<%= JSON.stringify({ kind }).length %>', '12'],
    ['typeof', "<%= typeof maybe !== 'undefined' ? maybe : 'none' %>", 'none'],
    ['locals', "<%= locals.maybe ?? 'none' %><%= locals.kind %>", 'nonex'],
    ['regular expressions', "<%= /^[a-z]+\\/(new|class)$/.test('x/new') %>", 'true'],
    ['new', '<%= new Date(0).getUTCFullYear() %>', '1970'],
    ['labels and spreads', '<% out: for (;;) { break out; } %><%= [...items, 3].length %>', '3'],
    [
      'functions that write',
      '<% const twice = (x) => { %><%= x %><%= x %><% }; twice(4); %>',
      '44',
    ],
    ['escaped and raw output', '<%= markup %> <%- markup %>', '&lt;b&gt;&amp;&#34;&#39; <b>&"\''],
    ['undefined, null and numbers', '[<%= undefined %><%= null %><%- undefined %><%= 0 %>]', '[0]'],
    ['comments of EJS', '1<%# items.none.at(0) %>2', '12'],
    ['literal tags', '<%% items %%>', '<% items %>'],
    ['-%>', '1<% -%>\n2', '12'],
    ['<%_ _%>', '1\n  <%_ if (kind) { _%>  \n2\n  <%_ } _%>\n3', '1\n2\n3'],
    [
      'a name like one of Object',
      "<%= typeof locals.toString + ' ' + (locals.constructor ?? '-') %>",
      'undefined -',
    ],
  ];

  test.each(idioms)('%s', async (_idiom, view, html) => {
    const call = { items, kind: 'x', pair: { a: 1, b: [2] }, markup: '<b>&"\'' };
    expect(await htmlOf(view, call)).toBe(html);
  });
});

describe('an include', () => {
  test('in a loop gets locals of its own beside those of the page', async () => {
    const view = "<% for (const n of [1, 2]) { %><%- include('parts/one', { n }) %><% } %>";
    const one = '[<%= n %><%= kind %>]';
    expect(await htmlOf(view, { kind: 'x', n: 0 }, { 'parts/one.ejs': one })).toBe('[1x][2x]');
  });

  test('does not change the locals of its page', async () => {
    const view = "<%- include('part', { n: 2 }) %><%= n %>";
    expect(await htmlOf(view, { n: 1 }, { 'part.ejs': '<%= n %>' })).toBe('21');
  });

  test('is looked for beside its view, and then from the top of the folder', async () => {
    const view = "<%- include('deep/middle') %>";
    const more = {
      'deep/middle.ejs':
        "<%- include('near') %><%- include('../far.ejs') %><%- include('parts/top') %><%- include('/far') %>",
      'deep/near.ejs': 'near ',
      'far.ejs': 'far ',
      'parts/top.ejs': 'top ',
    };
    expect(await htmlOf(view, {}, more)).toBe('near far top far ');
  });

  test('may include its own view again', async () => {
    const view = "<%= n %><% if (n > 0) { %><%- include('page', { n: n - 1 }) %><% } %>";
    expect(await htmlOf(view, { n: 3 })).toBe('3210');
  });
});

describe('res.render', () => {
  test('shows the locals of the call before those of the response and the app', async () => {
    const locals = { app: { a: 1, b: 1, c: 1 }, response: { b: 2, c: 2 }, call: { c: 3 } };
    const app = appOf({ 'page.ejs': '<%= a %><%= b %><%= c %>' }, locals);
    const answer = await request(app).get('/');
    expect(answer.text).toBe('123');
    expect(answer.headers['content-type']).toBe('text/html; charset=utf-8');
  });

  test.each(['account/profile', 'account/profile.ejs'])('finds %s', async (name) => {
    const app = appOf({ 'account/profile.ejs': 'found' }, {}, name);
    expect((await request(app).get('/')).text).toBe('found');
  });

  test('hands the page to a callback in the place of sending it', async () => {
    const app = appOf({ 'page.ejs': '<%= n %>' });
    app.get('/callback', (_req, res) => {
      res.render('page', { n: 1 }, (error, html) => res.json([error, html]));
    });
    app.get('/short', (_req, res) => {
      res.render('page', (error: Error) => res.json([error.name]));
    });
    expect((await request(app).get('/callback')).body).toEqual([null, '1']);
    expect((await request(app).get('/short')).body).toEqual(['ReferenceError']);
  });

  test('leaves a content type that is set', async () => {
    const app = appOf({ 'page.ejs': '<a/>' });
    app.get('/xml', (_req, res) => res.type('application/xml').render('page'));
    expect((await request(app).get('/xml')).headers['content-type']).toBe('application/xml');
  });

  test('knows no view outside its folder', async () => {
    for (const name of ['nowhere', '../page', '/etc/passwd', 'constructor']) {
      const answer = await request(appOf({ 'page.ejs': '' }, {}, name)).get('/');
      expect(answer.text).toContain(`There is no view "${name}"`);
    }
  });
});

describe('a fault in a view', () => {
  test('names the file and the line', async () => {
    const fault = await faultOf({ 'page.ejs': 'one\n<p>\n<%= missing %>\n</p>' });
    expect(fault).toMatch(/^ReferenceError: .*\/page\.ejs:3\n/);
    expect(fault).toContain('>> 3| <%= missing %>');
    expect(fault).toContain('missing is not defined');
  });

  test('names the included file', async () => {
    const files = {
      'page.ejs': "<%- include('parts/one') %>",
      'parts/one.ejs': '\n<%= none.at %>',
    };
    const fault = await faultOf(files);
    expect(fault).toMatch(/^ReferenceError: .*\/page\.ejs:1\n/);
    expect(fault).toMatch(/\/parts\/one\.ejs:2\n/);
  });

  test('names the include that is not there', async () => {
    const fault = await faultOf({ 'page.ejs': "\n<%- include('nowhere') %>" });
    expect(fault).toMatch(/page\.ejs:2\n/);
    expect(fault).toContain('Could not find the include file "nowhere"');
  });

  test.each([
    ['a wrong word', 'one\n<p>\n<% const = 1; %>\n', 3],
    ['a wrong word in a long script', '1\n<%\nconst a = 1;\nconst b b;\n%>\n<%= a %>\n', 4],
    ['a wrong word in a loop', '<% for (const a of b) { %>\n<%= a b %>\n<% } %>\n', 2],
    ['a tag that is not closed', 'one\n\n<% if (a) {\n</p>\n', 3],
    ['a brace that is not closed', '<% if (a) { %>\n<p>\n</p>\n', 4],
    ['await', '<p>\n<%= await a %>', 2],
  ])('of grammar stops the start: %s', (_fault, view, line) => {
    const start = () => createRender(temporaryFolder({ 'deep/page.ejs': view }));
    expect(start).toThrow(SyntaxError);
    expect(start).toThrow(new RegExp(`/deep/page\\.ejs:${line} \\S`));
  });
});
