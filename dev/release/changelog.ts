const unreleased = /^## (?:\S+ – )?unreleased[ \t]*$/im;

/**
 * Gives what is unreleased in a changelog a version and a date, and makes room for what comes next.
 * @param text has a heading `## Unreleased`, or `## 1.2.0 – unreleased`
 * @param date as YYYY-MM-DD
 * @returns the new text, and the section of this version without its heading
 * @throws Error when there is no such heading, or nothing below it
 */
export function closeChangelog(text: string, version: string, date: string) {
  const found = unreleased.exec(text);
  if (!found) throw new Error('CHANGELOG.md has no heading "## Unreleased".');
  const rest = text.slice(found.index + found[0].length);
  const next = /^## /m.exec(rest)?.index ?? rest.length;
  const notes = rest.slice(0, next).trim();
  if (notes === '') throw new Error('CHANGELOG.md says nothing below "## Unreleased".');
  const heading = `## Unreleased\n\n## ${version} – ${date}`;
  return { text: `${text.slice(0, found.index)}${heading}${rest}`, notes };
}

/**
 * The section of a version that was released.
 * @throws Error when there is none
 */
export function sectionOf(text: string, version: string): string {
  const lines = text.split('\n');
  const at = lines.findIndex((line) => line.startsWith(`## ${version} – `));
  if (at === -1) throw new Error(`CHANGELOG.md has no section for ${version}.`);
  const end = lines.findIndex((line, index) => index > at && line.startsWith('## '));
  return lines
    .slice(at + 1, end === -1 ? undefined : end)
    .join('\n')
    .trim();
}
