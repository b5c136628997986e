import type { OAuth2Client } from '@portico/hydra-admin';
import { kind } from '@portico/settings';
import { shorten } from '../screens/shorten.ts';
import { visibleText } from '../screens/visible-text.ts';

/** What a checked client brings to its own sign-in and consent screens. */
export interface ClientBrand {
  /** `#rrggbb`: its buttons and links. The local `accent` of `partials/top`. */
  accent?: string | undefined;
  /** A line before `login.lead`, see `visibleText`. */
  lead?: string | undefined;
}

const longestLead = 120;
/** Far beyond it: what is cut off is not worth the time to make it fit to be shown. */
const longestRead = 2_000;

/**
 * Reads the metadata `{"brand": {"accent": "#4a3fd1", "lead": "Stamps for your late-night scoops."}}`.
 * What is missing or wrong is left out: a client must never break a screen. Ask only for clients that
 * somebody has checked (`isChecked`): anybody else could dress up as the house.
 * @returns `undefined` when there is nothing to show
 */
export function clientBrand({ metadata }: Pick<OAuth2Client, 'metadata'>): ClientBrand | undefined {
  const { accent, lead } = membersOf(metadata?.['brand']);
  const colour = typeof accent === 'string' ? kind.colour(accent) : undefined;
  const line =
    typeof lead === 'string' ? shorten(visibleText(lead.slice(0, longestRead)), longestLead) : '';
  if (!colour && !line) return undefined;
  return { ...(colour && { accent: colour }), ...(line && { lead: line }) };
}

function membersOf(value: unknown): { accent?: unknown; lead?: unknown } {
  return typeof value === 'object' && value !== null ? value : {};
}
