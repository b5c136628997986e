/** How many of the last times count. */
const kept = 32;

/** How long something took lately, so that something else can take as long. */
export function createUsualTime(random: () => number = Math.random) {
  const times: number[] = [];
  let next = 0;
  return {
    note(ms: number): void {
      times[next] = ms;
      next = (next + 1) % kept;
    },
    /** One of the last times, in milliseconds; 0 as long as there is none. */
    one(): number {
      return times[Math.floor(random() * times.length)] ?? 0;
    },
  };
}
