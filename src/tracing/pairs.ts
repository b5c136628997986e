/**
 * Reads `name=value,name=value`, percent-encoded, as OpenTelemetry's variables have it.
 * @returns `undefined` when the text is not of this form
 */
export function readPairs(text: string): Record<string, string> | undefined {
  const pairs: Record<string, string> = {};
  for (const member of text.split(',')) {
    const [, name, value = ''] = /^\s*([^\s=]+)\s*=\s*(.*?)\s*$/.exec(member) ?? [];
    if (name === undefined) {
      if (member.trim() === '') continue;
      return undefined;
    }
    const [decodedName, decodedValue] = [decoded(name), decoded(value)];
    if (decodedName === undefined || decodedValue === undefined) return undefined;
    pairs[decodedName] = decodedValue;
  }
  return pairs;
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
