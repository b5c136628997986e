import type { Row, Section } from './results.ts';
import type { Spread } from './spread.ts';

/** The table for people: the median of the rounds, with the least and the most of them. */
export function tableOf(sections: Section[], names: string[], yardstick: string): string {
  const lines: string[][] = [];
  for (const { title, rows } of sections) {
    lines.push([], [title, ...names]);
    for (const row of rows) lines.push(...linesOf(row, names, yardstick));
  }
  const widths = ['', ...names].map((_, column) => {
    const cells = lines.filter((line) => line.length > 1 || column > 0);
    return Math.max(...cells.map((line) => (line[column] ?? '').length));
  });
  return lines
    .map((line) =>
      line
        .map((cell, column) => cell.padEnd(widths[column]! + 2))
        .join('')
        .trimEnd(),
    )
    .join('\n');
}

function linesOf({ title, unit, values, ratios }: Row, names: string[], yardstick: string) {
  const line = [`  ${title}, ${unit}`, ...names.map((name) => cellOf(values[name]))];
  if (title.endsWith('same rate') || title.endsWith('half load')) return [line];
  const others = names.map((name) => (name === yardstick ? '1' : cellOf(ratios[name])));
  return [line, [`    to ${yardstick}`, ...others]];
}

function cellOf(spread: Spread | undefined): string {
  if (!spread) return '–';
  const { median, min, max } = spread;
  return min === max ? shown(median) : `${shown(median)} (${shown(min)}–${shown(max)})`;
}

function shown(value: number): string {
  if (value >= 100) return value.toFixed(0);
  return value.toFixed(value >= 10 ? 1 : 2);
}
