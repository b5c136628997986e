/** How scopes stand on the consent screen: what is new first, then what the person knows. */
import type { Past } from '../policy/past.ts';
import type { Locale } from './locale.ts';
import type { ScopeView } from './scope-view.ts';
import { visibleValue } from './visible-text.ts';

/** Rows under one heading. */
export interface ConsentList {
  /** Of the list: no other element of the page has it. */
  id: string;
  /** Words above it, or on its fold. */
  legend?: string;
  /** Shows only its legend until the person opens it. */
  isFolded: boolean;
  /** A fold that is open: something in it is ticked that nobody may have seen. */
  isOpen: boolean;
  /** Has many rows, which are drawn smaller. */
  isLong: boolean;
  /** Holds scopes without words. */
  isUnknown: boolean;
  scopes: ScopeView[];
  /** What the app can call, in words: one row, without a box. */
  audiences: string[];
}

interface Asked {
  scopes: readonly ScopeView[];
  /** Comes before all others, whatever was answered before. */
  first?: ScopeView | undefined;
  audiences: readonly string[];
  /** `undefined` when it is not known. */
  past: Past | undefined;
}

const mostRows = 6;
const mostUnknown = 4;

/**
 * Puts what is new first, then what the person left off last time, then what they allowed before, and
 * scopes without words last. What was allowed before is folded where all of it is ticked and something
 * stands above it; many scopes without words are, because none of them is ticked.
 */
export function consentLists(
  { scopes, first, audiences, past }: Asked,
  locale: Locale,
): ConsentList[] {
  const { t } = locale;
  const known = scopes.filter(({ title }) => title !== undefined);
  const unknown = scopes.filter(({ title }) => title === undefined);
  const isAllowed = ({ name }: ScopeView) => past?.allowed.includes(name) === true;
  const isLeftOff = ({ name }: ScopeView) => past?.leftOff.includes(name) === true;
  const isCalled = (audience: string) => past?.audiences.includes(audience) === true;

  const fresh = {
    scopes: known.filter((one) => !isAllowed(one) && !isLeftOff(one)),
    audiences: audiences.filter((one) => !isCalled(one)),
  };
  const leftOff = { scopes: known.filter(isLeftOff), audiences: [] };
  const before = { scopes: known.filter(isAllowed), audiences: audiences.filter(isCalled) };
  const isNews = size(fresh) > 0 || size(leftOff) > 0;
  const isParted = past?.hasConnected === true && isNews;

  const lists: Omit<ConsentList, 'id' | 'isLong'>[] = [];
  const add = (rows: Rows, more: Partial<ConsentList> = {}) => {
    if (size(rows) === 0) return;
    lists.push({ isFolded: false, isOpen: false, isUnknown: false, ...withHosts(rows), ...more });
  };
  const leading = first ? [first] : [];
  if (!isParted) add({ scopes: [...leading, ...known], audiences: [...audiences] });
  if (isParted) {
    add({ scopes: leading, audiences: [] });
    add(fresh, { legend: t('consent.new') });
    add(leftOff, { legend: t('consent.left_off') });
    const isSeen = before.scopes.some(({ isChecked, isFixed }) => !isChecked && !isFixed);
    add(before, { legend: countOf(before, locale), isFolded: !isSeen });
  }
  const isFolded = unknown.length > mostUnknown && lists.length > 0;
  add(
    { scopes: unknown, audiences: [] },
    {
      legend: isFolded ? t('consent.unknown_many', { n: unknown.length }) : t('consent.unknown'),
      isFolded,
      isOpen: unknown.some(({ isChecked }) => isChecked),
      isUnknown: true,
    },
  );
  return lists.map((list, index) => ({
    id: `list-${index}`,
    isLong: list.scopes.length + Math.min(1, list.audiences.length) > mostRows,
    ...list,
  }));
}

type Rows = Pick<ConsentList, 'scopes' | 'audiences'>;

const size = ({ scopes, audiences }: Rows): number => scopes.length + audiences.length;

function countOf(rows: Rows, { t }: Locale): string {
  const n = size(rows);
  return n === 1 ? t('consent.before_one') : t('consent.before_many', { n });
}

function withHosts({ scopes, audiences }: Rows): Rows {
  return { scopes, audiences: [...new Set(audiences.map(audienceLabel))] };
}

/** An address without what every address has; anything else as it is. */
function audienceLabel(audience: string): string {
  const url = URL.canParse(audience) ? new URL(audience) : undefined;
  if (!url || !/^https?:$/.test(url.protocol)) return visibleValue(audience);
  const path = url.pathname === '/' ? '' : url.pathname;
  return visibleValue(url.host + path + url.search);
}

/**
 * A remark on the past: a locale key.
 * @param asked the scopes that the screen asks about
 */
export function remarkOnPast(
  asked: { scopes: readonly string[]; audiences: readonly string[] },
  past: Past,
) {
  if (!past.hasConnected) return 'consent.past.first';
  const { allowed, leftOff, audiences } = past;
  const isKnown = (scope: string) => allowed.includes(scope) || leftOff.includes(scope);
  const isMore =
    !asked.scopes.every(isKnown) || !asked.audiences.every((one) => audiences.includes(one));
  if (isMore) return 'consent.past.more';
  return asked.scopes.some((scope) => leftOff.includes(scope))
    ? 'consent.past.some'
    : 'consent.past.same';
}
