const mostWaiting = 200;

type Wake = (mayAsk: boolean) => void;

/**
 * Lines of attempts that wait for others. There is room for some hundred in all: when too many wait,
 * the last of the longest line goes.
 */
export function createWaitingLines<Place>() {
  const lines = new Map<Place, Wake[]>();
  let waiting = 0;

  function leave(place: Place, wake: Wake | undefined, mayAsk: boolean): void {
    if (!wake) return;
    waiting -= 1;
    if (lines.get(place)?.length === 0) lines.delete(place);
    wake(mayAsk);
  }

  function makeRoomAt(place: Place): boolean {
    if (waiting < mostWaiting) return true;
    let [longest, most] = [place, lines.get(place)?.length ?? 0];
    for (const [other, { length }] of lines) if (length > most) [longest, most] = [other, length];
    if (longest === place) return false;
    leave(longest, lines.get(longest)?.pop(), false);
    return true;
  }

  return {
    has: (place: Place): boolean => lines.has(place),

    /**
     * @param isFirst it was woken here and has to wait again
     * @returns `false` when it has to go because others wait; `undefined` when there is no room
     */
    join(place: Place, { isFirst }: { isFirst: boolean }): Promise<boolean> | undefined {
      if (!makeRoomAt(place)) return undefined;
      waiting += 1;
      const line = lines.get(place) ?? [];
      lines.set(place, line);
      return new Promise((wake) => {
        if (isFirst) line.unshift(wake);
        else line.push(wake);
      });
    },

    wakeNext: (place: Place): void => leave(place, lines.get(place)?.shift(), true),

    wakeAll(place: Place): void {
      while (lines.has(place)) this.wakeNext(place);
    },
  };
}
