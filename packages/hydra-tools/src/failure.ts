import { SettingsError } from '@portico/settings';
import type { ToolConfig } from './settings.ts';
import { HydraError } from '@portico/hydra-admin';
import { connectionFault } from './connection-faults.ts';

/** How a command ends. `docs/tools.md` and the help list them. */
export const exitCodes = { done: 0, failed: 1, misused: 2, unknown: 3, interrupted: 130 } as const;

type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

/** Ends a command, with one sentence for the person and an exit code. */
export class Failure extends Error {
  override readonly name = 'Failure';
  readonly exitCode: ExitCode;

  constructor(message: string, exitCode: ExitCode = exitCodes.failed) {
    super(message);
    this.exitCode = exitCode;
  }
}

/** For a wrong command, input or setting: nothing was done. */
export function misuse(message: string): Failure {
  return new Failure(message, exitCodes.misused);
}

/** Any error as a `Failure`. */
export function failureOf(error: unknown, config: () => ToolConfig): Failure {
  if (error instanceof Failure) return error;
  if (error instanceof SettingsError) return misuse(error.faults.join('\n'));
  if (error instanceof HydraError) return new Failure(sentenceOf(error, config().hydra));
  return new Failure(
    `Something went wrong: ${error instanceof Error ? error.message : 'the reason is unknown'}`,
  );
}

/** Turns an `unknown` record into this sentence, with exit code 3. */
export function orUnknown(sentence: string): (error: unknown) => never {
  return (error) => {
    const isUnknown = error instanceof HydraError && error.kind === 'unknown';
    throw isUnknown ? new Failure(sentence, exitCodes.unknown) : error;
  };
}

/** What went wrong with the admin API, and which setting to check. */
export function sentenceOf(
  error: HydraError,
  { adminUrl, timeoutMs }: Pick<ToolConfig['hydra'], 'adminUrl' | 'timeoutMs'>,
): string {
  const where = `the admin API at ${adminUrl}`;
  const said = error.message.replace(/^[\w./]+: (?:\d{3} \w+(?:: |$))?/, '').trim();
  const doubt = error.mayBeDone ? ' It may have made the change all the same.' : '';
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
      return `There is no admin API at ${adminUrl}: check HYDRA_ADMIN_URL.`;
    case 'refused':
      return `${capital(where)} refuses access (${error.status}): check HYDRA_ADMIN_TOKEN and HYDRA_ADMIN_HEADERS.`;
    case 'limited':
    case 'unavailable':
      return `${capital(where)} asks to try again ${waitOf(error)} (${error.status})${more}`;
    case 'slow':
      return `${capital(where)} did not answer within ${timeoutMs} ms${mayExist(said)}: check HYDRA_ADMIN_URL and HYDRA_TIMEOUT_MS.${doubt}`;
    case 'down':
      return error.status === undefined
        ? `${capital(where)} cannot be reached (${reasonIn(said)}): check HYDRA_ADMIN_URL.${doubt}`
        : `${capital(where)} failed with status ${error.status}${more}${doubt}`;
    default:
      return `${capital(where)} gave a malformed answer${more} Check HYDRA_ADMIN_URL.`;
  }
}

function waitOf({ retryAfterSeconds }: HydraError): string {
  return retryAfterSeconds === undefined ? 'later' : `in ${retryAfterSeconds} s`;
}

/** `broken (ECONNREFUSED)`, in words. */
function reasonIn(said: string): string {
  return connectionFault(/\((\w+)\)/.exec(said)?.[1]) ?? said;
}

/** A new key may exist although its answer was too late: the error says so. */
function mayExist(said: string): string {
  return said.startsWith('slow; ') ? ` (${said.slice('slow; '.length)})` : '';
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
