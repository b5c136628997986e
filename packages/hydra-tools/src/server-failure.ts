import { exitCodes, Failure } from '@portico/command-line';
import { HydraError } from '@portico/hydra-admin';
import { connectionFault } from './connection-faults.ts';
import type { ToolConfig } from './settings.ts';

/** An error of the admin API as a `Failure`; any other as it is. */
export function serverFailure(error: unknown, config: () => ToolConfig): unknown {
  if (!(error instanceof HydraError)) return error;
  return new Failure(sentenceOf(error, config().hydra));
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
