/** An advisory that is known and does not matter here. */
export interface Allowed {
  /** Its address, as npm gives it: `https://github.com/advisories/GHSA-…`. */
  advisory: string;
  /** Why it does not matter. */
  reason: string;
  /** The day on which somebody has to look again, as YYYY-MM-DD. */
  until: string;
}

interface Advisory {
  url: string;
  title: string;
  severity: string;
  name: string;
  range: string;
}

/** What `npm audit --json` writes, as far as we read it. */
export interface AuditReport {
  vulnerabilities: Record<string, { via: (string | Advisory)[] }>;
}

/**
 * What is left of an audit without what is allowed.
 * @param today as YYYY-MM-DD
 * @returns sentences; none when all is well
 */
export function auditFaults(
  { vulnerabilities }: AuditReport,
  allowed: readonly Allowed[],
  today: string,
): string[] {
  const all = Object.values(vulnerabilities).flatMap(({ via }) => via);
  // A package that only depends on one with a fault names it by a text.
  const advisories = all.filter((one) => typeof one !== 'string');
  const byUrl = new Map(advisories.map((one) => [one.url, one]));
  const faults = [...byUrl.values()]
    .filter(({ url }) => !allowed.some(({ advisory }) => advisory === url))
    .map(
      ({ url, title, severity, name, range }) => `${name} ${range}: ${title} (${severity}), ${url}`,
    );
  for (const { advisory, until } of allowed) {
    if (!byUrl.has(advisory))
      faults.push(`${advisory} is allowed, but no longer found: take it away.`);
    else if (until < today) faults.push(`${advisory} was allowed until ${until}: look again.`);
  }
  return faults;
}
