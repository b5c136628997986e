/** `npm run stand-in`: the stand-in OAuth2 server alone, for an app that is started elsewhere. */
import { parseArgs } from 'node:util';
import { isProfile, profiles, type ProfileName } from './oauth2/profiles.ts';
import { startStandIn, type StandInOptions } from './oauth2/start-stand-in.ts';

const usage = `A stand-in for an OAuth2 server that speaks the protocol of Ory Hydra.
For development only: it keeps everything in memory and can be reached from this machine alone.

  npm run stand-in -- [options]

  --public-port 4444               OAuth2 and OpenID Connect, for clients and browsers
  --admin-port 4445                the admin API
  --app-url http://localhost:3000  the login and consent app
  --issuer URL                     the issuer, to the letter (default: the public address)
  --profile 26.2                   which version to play: ${Object.keys(profiles).join(', ')}
  --host localhost                 localhost, 127.0.0.1 or ::1
  --help                           this text
`;

/** @throws Error with a sentence for the person at the terminal */
function readOptions(args: string[]): StandInOptions | 'help' {
  const { values } = parseArgs({
    args,
    options: {
      'public-port': { type: 'string', default: '4444' },
      'admin-port': { type: 'string', default: '4445' },
      'app-url': { type: 'string', default: 'http://localhost:3000' },
      issuer: { type: 'string' },
      profile: { type: 'string', default: '26.2' },
      host: { type: 'string', default: 'localhost' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return 'help';
  return {
    publicPort: readPort('public-port', values['public-port']),
    adminPort: readPort('admin-port', values['admin-port']),
    appUrl: readAddress('app-url', values['app-url']),
    ...(values.issuer !== undefined && { issuer: readAddress('issuer', values.issuer) }),
    profile: readProfile(values.profile),
    host: values.host,
  };
}

function readPort(name: string, text: string): number {
  if (/^\d{1,5}$/.test(text) && Number(text) <= 65_535) return Number(text);
  throw new Error(`--${name} must be a port number, 0 to 65535, not "${text}".`);
}

function readAddress(name: string, text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url && /^https?:$/.test(url.protocol) && !url.search && !url.hash) return text;
  throw new Error(`--${name} must be an http(s) address without a query, not "${text}".`);
}

function readProfile(text: string): ProfileName {
  if (isProfile(text)) return text;
  throw new Error(`--profile must be one of ${Object.keys(profiles).join(', ')}, not "${text}".`);
}

async function main(): Promise<void> {
  const options = readOptions(process.argv.slice(2));
  if (options === 'help') return void process.stdout.write(usage);
  const standIn = await startStandIn(options);
  const stop = () => void standIn.close();
  process.once('SIGINT', stop).once('SIGTERM', stop);
  process.stdout.write(`Stand-in OAuth2 server, development only, version ${options.profile}
  public  ${standIn.publicUrl}
  admin   ${standIn.adminUrl}
  issuer  ${standIn.issuer}
  app     ${options.appUrl}
Stop with Ctrl-C.
`);
}

try {
  await main();
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
