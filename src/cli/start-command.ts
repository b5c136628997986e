import type { Command } from '@portico/command-line';

const start: Command = {
  name: 'start',
  operands: [],
  summary: 'Starts Portico: the settings are checked, then the port opens.',
  details: `It runs in this process until a signal (SIGTERM, or Ctrl-C) stops it: then it serves on for DRAIN_SECONDS,
and answers what it has begun. It does the same as node dist/main.js, but reads .env too.`,
  options: {},
  async run() {
    await import('../main.ts');
  },
};

export const startCommands = [start];
