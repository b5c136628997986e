import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import tls from 'node:tls';
import type { IdentityLog } from './backend.ts';

export interface LdapSecretFiles {
  password?: string | undefined;
  /** Where the password comes from, if from a file. */
  passwordFile?: string | undefined;
  /** Certificates in PEM: these are trusted, and no others. */
  caFile?: string | undefined;
}

const rereadAfterMs = 1_000;

/**
 * The password and the certificates of today: files are read again when they are a second old. If one
 * turns bad, what it held before stays in use.
 * @throws Error when a file is bad from the start; the message names the file, never its content
 */
export function createLdapSecrets(
  { password, passwordFile, caFile }: LdapSecretFiles,
  log: IdentityLog,
) {
  const readAll = () => ({
    password: passwordFile === undefined ? password : readText(passwordFile).trim(),
    ca: caFile === undefined ? undefined : readText(caFile),
  });
  let texts = readAll();
  let secureContext = contextOf(caFile, texts.ca);
  let rereadAt = performance.now() + rereadAfterMs;
  let isBad = false;

  function reread(): void {
    rereadAt = performance.now() + rereadAfterMs;
    try {
      const found = readAll();
      if (found.ca !== texts.ca) secureContext = contextOf(caFile, found.ca);
      texts = found;
      isBad = false;
    } catch (error) {
      const fault = error instanceof Error ? error.message : String(error);
      if (!isBad) log.warn({ fault }, 'a file for the directory is bad: its last content stays');
      isBad = true;
    }
  }

  return () => {
    if (performance.now() >= rereadAt) reread();
    return { password: texts.password ?? '', secureContext };
  };
}

function contextOf(file: string | undefined, ca: string | undefined): tls.SecureContext {
  try {
    if (ca !== undefined) void new X509Certificate(ca);
    return tls.createSecureContext(ca === undefined ? {} : { ca });
  } catch {
    // The reason of OpenSSL is left out: it says little, and might quote what it has read.
    throw new Error(`${file} holds no usable certificates in PEM`);
  }
}

function readText(file: string): string {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new Error(`${file} cannot be read (${code})`, { cause: error });
  }
  if (text.trim() === '') throw new Error(`${file} is empty`);
  return text;
}
