import type { Program, Topic } from '@portico/command-line';

const ofServer = `Settings come from the environment and from the file .env: HYDRA_ADMIN_URL and, where needed,
HYDRA_ADMIN_TOKEN and the other HYDRA_… settings of .env.example.`;
const ofApp = 'Settings come from the environment and from the file .env: those of .env.example.';

/** What is loaded is what the command needs: nobody waits for a database to read the help. */
const app: Topic[] = [
  {
    name: 'start',
    summary: 'Starts Portico: the settings are checked, then the port opens.',
    settings: ofApp,
    load: async () => (await import('./start-command.ts')).startCommands,
  },
  {
    name: 'migrate',
    summary: 'Brings the tables of the database up to date.',
    settings: ofApp,
    load: async () => (await import('./migrate-command.ts')).migrateCommands,
  },
  {
    name: 'limits',
    actions: ['list', 'clear'],
    summary: 'Who has to wait after wrong passwords or device codes.',
    settings: ofApp,
    load: async () => (await import('./limits-commands.ts')).limitsCommands,
  },
  {
    name: 'doctor',
    summary: 'Checks that the OAuth2 server and this app fit together, and says what to change.',
    settings: ofServer,
    load: async () => (await import('./doctor-commands.ts')).doctorCommands,
  },
];

const people: Topic[] = [
  {
    name: 'users',
    actions: [
      'add',
      'list',
      'show',
      'set-password',
      'disable',
      'enable',
      'remove',
      'import',
      'export',
      'hash',
      'check',
      'mark',
    ],
    summary: 'People who can sign in.',
    settings: ofApp,
    load: async () => (await import('./users-commands.ts')).usersCommands,
  },
];

const tools = () => import('@portico/hydra-tools');

const server: Topic[] = [
  {
    name: 'clients',
    actions: ['create', 'list', 'show', 'update', 'delete'],
    summary: 'The apps that may ask people to sign in.',
    settings: ofServer,
    load: async () => (await tools()).clientCommands,
  },
  {
    name: 'keys',
    actions: ['list', 'rotate'],
    summary: 'The keys that the server signs with.',
    settings: ofServer,
    load: async () => (await tools()).keyCommands,
  },
  {
    name: 'sessions',
    actions: ['list', 'revoke'],
    summary: 'What a person has allowed apps, and where they are signed in.',
    settings: ofServer,
    load: async () => (await tools()).sessionCommands,
  },
  {
    name: 'tokens',
    actions: ['introspect', 'flush'],
    summary: 'Whether a token is active; expired tokens.',
    settings: ofServer,
    load: async () => (await tools()).tokenCommands,
  },
];

/** CHANGE HERE: the commands. A new one is a file beside this one and a line here. */
export const portico: Program = {
  name: 'portico',
  summary: 'The login, consent and logout screens of an OAuth2 server, and tools for both.',
  sections: [
    { title: 'Portico', topics: app },
    { title: 'People', topics: people },
    { title: 'The OAuth2 server, through its admin API', topics: server },
  ],
};
