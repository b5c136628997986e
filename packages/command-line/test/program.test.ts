import { describe, expect, test } from '@jest/globals';
import { createTable, exitCodes, Failure, type Command } from '../src/index.ts';
import type { Program } from '../src/program.ts';
import { expectSentence, run } from './run.ts';

const water: Command = {
  name: 'plants water',
  operands: ['NAME'],
  summary: 'Waters a plant.',
  details: 'In the evening.',
  options: {
    litres: { value: 'N', help: 'how much' },
    tag: { value: 'TAG', help: 'a tag', isMultiple: true },
    yes: { help: 'do not ask' },
  },
  async run(given, context) {
    await context.confirm(given, async () => `Water ${given.operands[0]}?`);
    await context.printJson([given.operands, given.text('litres')]);
    return exitCodes.done;
  },
};

const list: Command = {
  name: 'plants list',
  operands: [],
  optionalOperand: 'WHERE',
  summary: 'Lists the plants.',
  options: {},
  async run(_given, { print, note, stdout }) {
    const columns = [{ title: 'NAME', of: (name: string) => name }];
    const names = ['rose\u001b[2J', 'a\u202ellec', 'a very long name of a plant'];
    if (await print(createTable(columns, stdout.columns).lines(names))) note('That\nis\u0007 all.');
  },
};

const weather: Command = {
  name: 'weather',
  operands: [],
  summary: 'Says how it will be.',
  options: {},
  async run() {
    throw new Failure('Nobody knows.', exitCodes.unknown);
  },
};

let loaded: string[] = [];
const load = (name: string, commands: Command[]) => async () => {
  loaded.push(name);
  return commands;
};

const garden: Program = {
  name: 'garden',
  summary: 'Looks after the garden.',
  sections: [
    {
      title: 'Plants',
      topics: [
        {
          name: 'plants',
          actions: ['list', 'water'],
          summary: 'What grows here.',
          settings: 'Settings come from GARDEN.',
          load: load('plants', [list, water]),
        },
      ],
    },
    {
      title: 'Sky',
      topics: [{ name: 'weather', summary: 'How it will be.', load: load('weather', [weather]) }],
    },
  ],
};

describe('help', () => {
  test('of the program lists its commands, and loads none of them', async () => {
    loaded = [];
    for (const args of [[], ['--help'], ['-h'], ['frob', '--help']]) {
      const { code, stdout, stderr } = await run(garden, args);
      expect([code, stderr]).toEqual([0, '']);
      expect(stdout).toMatch(/^Looks after the garden\.\n\n {2}garden COMMAND\n/);
      expect(stdout).toContain('\nPlants\n  plants   What grows here.\n           list, water\n');
      expect(stdout).toContain('\nSky\n  weather  How it will be.\n');
    }
    expect(loaded).toEqual([]);
  });

  test('of a topic and of a command loads that topic alone', async () => {
    loaded = [];
    const topic = await run(garden, ['plants', '--help']);
    expect(topic.stdout).toContain('\n  garden plants list [WHERE]  Lists the plants.\n');
    expect(topic.stdout).toContain('\nSettings come from GARDEN.\n');
    const { stdout } = await run(garden, ['plants', 'water', 'x', '--help']);
    expect(stdout).toMatch(/^Waters a plant\.\n\n {2}garden plants water NAME \[options\]\n/);
    expect(stdout).toMatch(/--tag TAG +a tag \(can be repeated\)\n/);
    expect(stdout).toContain('\nIn the evening.\n');
    expect(loaded).toEqual(['plants', 'plants']);
  });
});

describe('a command', () => {
  test.each([
    [['--json'], 'Name the command first: plants, weather.'],
    [['frob'], 'There is no command "frob", only plants, weather.'],
    [['plants'], 'Say what to do with plants: list, water.'],
    [['plants', 'frob'], 'Say what to do with plants: list, water.'],
    [['plants', 'water'], 'plants water needs NAME'],
    [['plants', 'water', ''], 'plants water needs NAME'],
    [['plants', 'water', 'a', 'b'], 'plants water takes only NAME'],
    [['plants', 'list', 'a', 'b'], 'plants list takes only WHERE'],
    [['weather', 'now'], 'weather takes only options'],
    [['plants', 'water', 'a', '--frob=hush'], 'plants water has no option --frob:'],
    [['plants', 'water', 'a', '--constructor'], 'no option --constructor'],
    [['plants', 'water', 'a', '--yes=hush'], '--yes takes no value.'],
    [['plants', 'water', 'a', '--litres'], '--litres needs a value: --litres N.'],
    [['plants', 'water', 'a', '--litres', '--yes'], '--litres needs a value'],
    [['plants', 'water', 'a', '--litres', '1', '--litres', '2'], 'only once'],
    [['plants', 'water', 'a'], 'no terminal to ask for confirmation: add --yes.'],
  ])('that is called wrongly does nothing: %j', async (args, sentence) => {
    const outcome = await run(garden, args);
    expectSentence(outcome, exitCodes.misused, sentence);
    expect(outcome.stderr).not.toContain('hush');
  });

  test('gets what was given, and says how it ended', async () => {
    const args = ['plants', 'water', '--yes', '--litres=-2', '--', '--help'];
    const { code, stdout } = await run(garden, args);
    expect([code, JSON.parse(stdout)]).toEqual([0, [['--help'], '-2']]);
    expectSentence(await run(garden, ['weather']), 3, 'Nobody knows.');
  });

  test.each([
    ['y\r', 0, ''],
    ['YES\r', 0, ''],
    ['n\r', 1, 'Nothing was changed.'],
    ['\r', 1, 'Nothing was changed.'],
    ['\u0003', 130, 'Stopped: nothing was changed.'],
    ['\u0004', 1, 'Nothing was changed.'],
  ])('asks first, and takes only yes for yes: %j', async (answer, exit, sentence) => {
    const { code, stderr, rawModes } = await run(garden, ['plants', 'water', 'rose'], {
      answers: [answer],
    });
    expect(code).toBe(exit);
    expect(stderr).toContain('Water rose? [y/N] ');
    expect(stderr).toContain(sentence);
    expect(rawModes.at(-1)).toBe(false);
  });

  test('shows texts of strangers in one line, without what moves the cursor, cut to the terminal', async () => {
    const { stdout, stderr } = await run(garden, ['plants', 'list'], { columns: 12 });
    expect(stdout).toBe('NAME\nrose[2J\nallec\na very long…\n');
    expect(stderr).toBe('That\nis all.\n');
  });

  test('ends quietly when nobody reads its output', async () => {
    const { code, stdout, stderr } = await run(garden, ['plants', 'list'], { readsWrites: 0 });
    expect([code, stdout, stderr]).toEqual([0, '', '']);
  });
});
