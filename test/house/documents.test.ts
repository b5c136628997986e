/** What our documents tell people to type exists, and their links lead somewhere. */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { topicsOf } from '@portico/command-line';
import { describe, expect, test } from '@jest/globals';
import { portico } from '../../src/cli/program.ts';
import { settingsFor } from '../../src/config.ts';
import { backendNames } from '../../src/identity/index.ts';

const pages = ['.', 'docs', 'packages', 'deploy', '.github'].flatMap((folder) => {
  const isDeep = folder !== '.';
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: isDeep, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md') && !name.includes('node_modules'))
    .map((name) => join(folder, name));
});

interface Block {
  page: string;
  lines: string[];
}

/** Blocks of commands and settings. `sh example` marks what is not run: it needs a place of yours. */
const blocks: Block[] = pages.flatMap((page) => {
  const found = readFileSync(page, 'utf8').matchAll(/^```sh\n([^]*?)^```/gm);
  return [...found].map(([, text = '']) => ({ page, lines: linesOf(text) }));
});

/** Whole commands: quotes and backslashes join lines. */
function linesOf(text: string): string[] {
  const lines: string[] = [];
  let open = '';
  for (const line of text
    .replaceAll(/\\\n\s*/g, '')
    .trimEnd()
    .split('\n')) {
    open += `${open && '\n'}${line}`;
    if ((open.match(/'/g)?.length ?? 0) % 2 === 1 || /\|\s*$/.test(line)) continue;
    if (open.trim() !== '') lines.push(open.replace(/ +# .*$/, ''));
    open = '';
  }
  return lines;
}

const names = new Set(
  backendNames.flatMap((IDENTITY) =>
    Object.keys(settingsFor({ IDENTITY })).flatMap((name) => [name, `${name}_FILE`]),
  ),
);
const scripts = JSON.parse(readFileSync('package.json', 'utf8')) as {
  scripts: Record<string, string>;
};

/** A test that runs a command as it stands there, and what it says of that. */
const runBy: [command: RegExp, test: string, says: string][] = [
  [/^(npm ci && )?npm run dev$/, 'test/e2e/dev-run.spec.ts', 'dev/main.ts'],
  [/^npm ci --omit=dev$/, 'test/deploy', 'npm ci'],
  [/^node deploy\/smoke\.mjs$/, 'test/deploy', 'deploy/smoke.mjs'],
  [/^npm ci && npm test$/, '.ci/run', 'npm ci && npm test'],
  [/^(npm ci && )?npm run build$/, 'test/house/bench/several/house.ts', 'dist'],
  [
    /^node (--env-file=\.env )?dist\/main\.js$/,
    'test/house/bench/several/house.ts',
    'dist/main.js',
  ],
  [/test:hydra$/, 'packages/hydra-stand-in/test/contract', 'startStandIn'],
  [/^(grep|node -e)/, 'test/audit/audit-readers.test.ts', 'docs/audit.md'],
  [
    /^npm run release -- minor --dry-run$/,
    'test/dev/release.test.ts',
    "release('minor', '--dry-run')",
  ],
  [/server\.mjs$/, 'test/identity/http-samples.test.ts', 'docs/people-api/server.mjs'],
];

describe.each(blocks)('in $page: $lines.0', ({ lines }) => {
  test.each(lines)('%s', async (line) => {
    const { command, given } = partsOf(line);
    if (command === '') expect([...names]).toEqual(expect.arrayContaining(given));
    if (command === '') return;
    for (const [, script] of command.matchAll(/npm run (?:-s )?([\w:]+)/g)) {
      expect(Object.keys(scripts.scripts)).toContain(script);
    }
    const own = /(?:^|\| *\n? *)(?:npx )?portico (.+)$/.exec(command)?.[1];
    if (own !== undefined) return expectCommand(own);
    const [, where, says] = runBy.find(([pattern]) => pattern.test(command)) ?? [];
    expect([command, where]).toEqual([command, expect.any(String)]);
    expect(textsAt(where!)).toContain(says);
  });
});

/** `NAME=value … command` */
function partsOf(line: string): { command: string; given: string[] } {
  const given: string[] = [];
  let command = line;
  for (;;) {
    const [pair, name] = /^([A-Z][A-Z\d_]*)=(?:'[^']*'|"[^"]*"|[^\s'"]*)\s*/.exec(command) ?? [];
    if (pair === undefined) return { command, given };
    given.push(name!);
    command = command.slice(pair.length);
  }
}

/** `portico …` has this command, and the command these options. */
async function expectCommand(line: string): Promise<void> {
  const words = line.split(' ');
  const topic = topicsOf(portico).find(({ name }) => name === words[0]);
  const commands = (await topic?.load()) ?? [];
  const found = commands.find(({ name }) => `${line} `.startsWith(`${name} `));
  expect([line, found?.name]).toEqual([line, expect.any(String)]);
  const options = [...line.matchAll(/ --([a-z-]+)/g)].map(([, name]) => name!);
  const known = [...Object.keys(found!.options), 'json', 'help', 'yes'];
  expect(known).toEqual(expect.arrayContaining(options));
}

function textsAt(path: string): string {
  if (!statSync(path).isDirectory()) return readFileSync(path, 'utf8');
  return readdirSync(path, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => readFileSync(join(path, name), 'utf8'))
    .join('\n');
}

/** As GitHub makes them. */
const anchorsOf = (page: string) =>
  [...readFileSync(page, 'utf8').matchAll(/^#+ (.+)$/gm)].map(([, title = '']) =>
    title
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );

test.each(pages)('the links of %s lead somewhere', (page) => {
  const text = readFileSync(page, 'utf8').replaceAll(/^```[^]*?^```/gm, '');
  const broken = [...text.matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, target = '']) => target)
    .filter((target) => !/^[a-z]+:/.test(target))
    .filter((target) => {
      const [path = '', anchor] = target.split('#');
      const file = path === '' ? page : join(dirname(page), path);
      if (!existsSync(file)) return true;
      return anchor !== undefined && file.endsWith('.md') && !anchorsOf(file).includes(anchor);
    });
  expect(broken).toEqual([]);
});
