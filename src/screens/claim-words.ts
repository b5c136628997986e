import type { Claims } from '@portico/hydra-admin';
import type { Locale } from './locale.ts';
import { breakable } from './messages.ts';

/** Stand-in until the words of claims are here. */
export function claimWords(
  claims: Claims,
  { t }: Locale,
): { text: string; html: string } | undefined {
  const values = Object.values(claims).filter((value) => typeof value === 'string');
  if (values.length === 0) return undefined;
  const text = values.join(t('claim.comma'));
  return { text, html: `<bdi>${breakable(text)}</bdi>` };
}
