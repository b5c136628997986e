import type { Report } from './report.ts';

const toleranceMs = 30_000;

/** Tokens hold times: if the clocks differ too much, they are refused as too old or too new. */
export function checkClock(what: string, date: Date | undefined, report: Report): void {
  if (date === undefined || Number.isNaN(date.getTime())) return;
  const ms = date.getTime() - Date.now();
  if (Math.abs(ms) <= toleranceMs)
    return report.ok('clock', `The clock of the ${what} agrees with ours.`);
  const apart = `${Math.round(Math.abs(ms) / 1_000)} seconds ${ms > 0 ? 'ahead of' : 'behind'} ours`;
  const says = `The clock of the ${what} is ${apart}: synchronise both machines by NTP.`;
  return report.warning('clock', says);
}
