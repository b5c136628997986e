import { misuse, type Given, type Option } from '@portico/command-line';
import { memberKinds } from './people-files/members.ts';

export const claimOption: Option = {
  value: 'NAME=VALUE',
  help: 'a claim: text, or JSON after :=, such as email_verified:=true',
  isMultiple: true,
};

/** Members that have an option of their own, or none. */
const notClaims = new Set(['subject', 'email', 'username', 'password_hash', 'disabled', 'claims']);

/**
 * The claims of `--claim`, standard ones by name, the others in `claims`.
 * @throws Failure when one of them is no claim
 */
export function claimsOf(given: Given): Record<string, unknown> {
  const standard: Record<string, unknown> = {};
  const further: Record<string, unknown> = {};
  for (const text of given.texts('claim')) {
    const [, name, sign, value] = /^([^=]+?)(:?=)(.*)$/su.exec(text) ?? [];
    if (name === undefined || value === undefined) {
      throw misuse('--claim must be NAME=VALUE, or NAME:=JSON.');
    }
    if (notClaims.has(name)) throw misuse(`"${name}" is not set by --claim: see --help.`);
    const target = Object.hasOwn(memberKinds, name) ? standard : further;
    if (Object.hasOwn(target, name)) throw misuse(`The claim "${name}" can be given only once.`);
    Object.defineProperty(target, name, {
      value: sign === '=' ? value : jsonOf(name, value),
      enumerable: true,
    });
  }
  return { ...standard, ...(Object.keys(further).length > 0 && { claims: further }) };
}

function jsonOf(name: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw misuse(`What comes after "${name}:=" must be JSON.`);
  }
}
