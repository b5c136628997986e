/** Names of entries as text, RFC 4514. */

/** A DN in one spelling: two that differ in capitals, blanks or escapes are equal in it. */
export function normalDn(dn: string): string {
  const parts = split(dn, /[,;]/).map((rdn) => {
    const assertions = split(rdn, /\+/).map((one) => {
      const [type = '', value = ''] = pairOf(one);
      return `${type.trim().toLowerCase()}=${valueOf(value).toLowerCase().replace(/\s+/g, ' ')}`;
    });
    return assertions.toSorted().join('\0+');
  });
  return parts.join('\0,');
}

/** The value of the first part of a DN: `choir` of `cn=choir,ou=groups,dc=example,dc=org`. */
export function firstValueOf(dn: string): string | undefined {
  const [rdn = ''] = split(dn, /[,;]/);
  const [first = ''] = split(rdn, /\+/);
  return valueOf(pairOf(first)[1] ?? '') || undefined;
}

/** Whether this text can be a DN: parts of a type and a value each. */
export function isDn(text: string): boolean {
  return split(text, /[,;]/)
    .flatMap((rdn) => split(rdn, /\+/))
    .every((one) => /^\s*([a-z][\w-]*|\d+(\.\d+)*)\s*=\s*\S/i.test(one));
}

/** Splits at each of these characters that is not escaped. */
function split(text: string, at: RegExp): string[] {
  const parts = [''];
  for (const [piece] of text.matchAll(/\\[\s\S]|[\s\S]/g)) {
    if (at.test(piece) && piece.length === 1) parts.push('');
    else parts[parts.length - 1] += piece;
  }
  return parts;
}

const pairOf = (assertion: string) => {
  const at = assertion.indexOf('=');
  return at < 0 ? [] : [assertion.slice(0, at), assertion.slice(at + 1)];
};

/** Without escapes, and without blanks around it that are not escaped. */
function valueOf(written: string): string {
  const trimmed = written.replace(/^\s+/, '').replace(/(?<!\\)\s+$/, '');
  return trimmed.replace(/(\\[\da-f]{2})+|\\([\s\S])/gi, (escaped, _hex, character?: string) =>
    character === undefined
      ? Buffer.from(escaped.replaceAll('\\', ''), 'hex').toString()
      : character,
  );
}
