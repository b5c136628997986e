import { SettingsError } from '@portico/settings';

interface Wanted {
  host: string | undefined;
  port: number;
  /** How the names of both settings begin. */
  settings: string;
}

const noAddress = ({ host, settings }: Wanted) =>
  `${settings}HOST is "${host}", which is neither an address nor a name that has one.` +
  (settings ? '' : ' Leave it out to listen on all addresses.');
const notOurs = ({ host, settings }: Wanted) =>
  host === undefined
    ? `${settings}HOST is not set, and this machine does not let us listen on all addresses.`
    : `${settings}HOST is "${host}", which is not an address of this machine.`;

const sentences: Record<string, (wanted: Wanted) => string> = {
  ENOTFOUND: noAddress,
  EAI_AGAIN: ({ host, settings }) =>
    `${settings}HOST is "${host}", and no name server answers for it.`,
  EADDRNOTAVAIL: notOurs,
  EAFNOSUPPORT: notOurs,
  EINVAL: notOurs,
  EADDRINUSE: ({ port, settings }) =>
    `${settings}PORT is ${port}, where another program listens already.`,
  EACCES: ({ port, settings }) =>
    `${settings}PORT is ${port}, where this program may not listen. Ports below 1024 usually need a special right.`,
};

/**
 * What an operator reads when the server cannot listen.
 * @param error of `server.listen`
 * @returns a `SettingsError`; the error itself when it is no fault of the settings
 */
export function faultOfListening(error: NodeJS.ErrnoException, wanted: Wanted): Error {
  const { code = '', syscall } = error;
  const isKnown = syscall === 'listen' || syscall === 'getaddrinfo';
  if (!isKnown) return error;
  const { host = 'not set', port, settings } = wanted;
  const say =
    sentences[code] ??
    (() => `${settings}HOST is ${host} and ${settings}PORT is ${port}: ${error.message}.`);
  return new SettingsError([say(wanted)]);
}
