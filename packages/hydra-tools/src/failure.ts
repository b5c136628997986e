import { SettingsError } from '@portico/settings';
import type { ToolConfig } from './settings.ts';
import { HydraError } from '@portico/hydra-admin';
import { connectionFault } from './connection-faults.ts';

/** What a command ends with; `docs/tools.md` and the help tell them. */
export const exitCodes = { done: 0, failed: 1, misused: 2, unknown: 3, interrupted: 130 } as const;

type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

/** A command that cannot go on: one sentence for the person, and the exit code. */
export class Failure extends Error {
  override readonly name = 'Failure';
  readonly exitCode: ExitCode;

  constructor(message: string, exitCode: ExitCode = exitCodes.failed) {
    super(message);
    this.exitCode = exitCode;
  }
}

/** The command, its input or a setting makes no sense: nothing was done. */
export function misuse(message: string): Failure {
  return new Failure(message, exitCodes.misused);
}

/** Any error as a `Failure`. */
export function failureOf(error: unknown, config: () => ToolConfig): Failure {
  if (error instanceof Failure) return error;
  if (error instanceof SettingsError) return misuse(error.faults.join('\n'));
  if (error instanceof HydraError) return new Failure(sentenceOf(error, config().hydra));
  return new Failure(`Something went wrong: ${error instanceof Error ? error.message : 'no idea'}`);
}

/** Says `sentence`, with exit code 3, where the server does not know what was asked for. */
export function orUnknown(sentence: string): (error: unknown) => never {
  return (error) => {
    const isUnknown = error instanceof HydraError && error.kind === 'unknown';
    throw isUnknown ? new Failure(sentence, exitCodes.unknown) : error;
  };
}

/** What went wrong between us and the admin API, and which setting to look at. */
export function sentenceOf(
  error: HydraError,
  { adminUrl, timeoutMs }: Pick<ToolConfig['hydra'], 'adminUrl' | 'timeoutMs'>,
): string {
  const where = `the admin API at ${adminUrl}`;
  const said = error.message.replace(/^[\w./]+: (?:\d{3} \w+(?:: |$))?/, '').trim();
  const doubt = error.mayBeDone ? ' It may have done what was asked all the same.' : '';
  const more = said === '' ? '.' : `: ${said}${/[.!?]$/.test(said) ? '' : '.'}`;
  switch (error.kind) {
    case 'bad_request':
    case 'conflict':
    case 'unknown':
    case 'gone':
    case 'expired':
      return `The server refuses this${more}`;
    case 'unsupported':
      return `This server cannot do that${more}`;
    case 'route_unknown':
      return `There is no admin API at ${adminUrl}: look at HYDRA_ADMIN_URL.`;
    case 'refused':
      return `${capital(where)} refuses us (${error.status}): look at HYDRA_ADMIN_TOKEN and HYDRA_ADMIN_HEADERS.`;
    case 'slow':
      return `${capital(where)} did not answer within ${timeoutMs} ms${mayExist(said)}: look at HYDRA_ADMIN_URL and HYDRA_TIMEOUT_MS.${doubt}`;
    case 'down':
      return error.status === undefined
        ? `${capital(where)} cannot be reached (${reasonIn(said)}): look at HYDRA_ADMIN_URL.${doubt}`
        : `${capital(where)} failed with status ${error.status}${more}${doubt}`;
    default:
      return `${capital(where)} gave an answer that is none${more} Look at HYDRA_ADMIN_URL.`;
  }
}

/** `broken (ECONNREFUSED)`, in words. */
function reasonIn(said: string): string {
  return connectionFault(/\((\w+)\)/.exec(said)?.[1]) ?? said;
}

/** Making a key says more than that it took too long. */
function mayExist(said: string): string {
  return said.startsWith('slow; ') ? ` (${said.slice('slow; '.length)})` : '';
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
