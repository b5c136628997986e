import { csvRecordsOf, type CsvRecord } from './csv-records.ts';
import { addressParts, jsonColumn, memberKinds, type MemberKind } from './members.ts';
import { isRecord } from './read-json-lines.ts';
import { FileFault, type Row } from './row.ts';

/** Puts a cell into a record. @throws CellFault */
type Column = (cell: string, record: Record<string, unknown>) => void;

class CellFault extends Error {}

/**
 * People in a CSV file (RFC 4180). The first line names the columns after the members of a users
 * file; further ones are `address.locality` and so on, `claims.NAME` for a claim of one's own that is
 * text, and `json`. An empty cell takes the member away.
 * @param delimiter one character
 * @throws FileFault when the first line is wrong
 */
export async function* readCsv(
  input: AsyncIterable<Uint8Array>,
  delimiter = ',',
): AsyncGenerator<Row[]> {
  let columns: Column[] | undefined;
  for await (const records of csvRecordsOf(input, delimiter)) {
    const [first, ...others] = records;
    const rows = columns ? records : others;
    columns ??= first && columnsOf(first, delimiter);
    if (columns) yield rows.map((row) => rowOf(row, columns!));
  }
  if (!columns) throw new FileFault('It is empty: its first line must name the columns.');
}

function rowOf({ line, cells, fault }: CsvRecord, columns: Column[]): Row {
  if (!cells) return { line, fault: fault ?? '' };
  if (cells.length !== columns.length) {
    return { line, fault: `it has ${cells.length} cells, but there are ${columns.length} columns` };
  }
  const record: Record<string, unknown> = {};
  try {
    for (const [index, put] of columns.entries()) put(cells[index]!, record);
  } catch (error) {
    if (error instanceof CellFault) return { line, fault: error.message };
    throw error;
  }
  return { line, record };
}

function columnsOf({ cells, fault }: CsvRecord, delimiter: string): Column[] {
  if (!cells) throw new FileFault(`Its first line must name the columns, but ${fault}.`);
  const names = cells.map((cell) => knownName(cell.trim()));
  if (names.length === 1 && /[;\t]/.test(names[0]!) && delimiter === ',') {
    throw new FileFault('Its columns seem to be separated by another character: give --delimiter.');
  }
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw new FileFault(`The column ${shown(twice)} is there twice.`);
  return names.map(columnOf);
}

/** Other systems like capitals. */
function knownName(name: string): string {
  const lower = name.toLowerCase();
  return Object.hasOwn(memberKinds, lower) || lower === jsonColumn ? lower : name;
}

function columnOf(name: string): Column {
  const [, whole, part] = /^(address|claims)\.(.+)$/.exec(name) ?? [];
  if (part !== undefined && (whole === 'claims' || addressParts.includes(part))) {
    return (cell, record) => putInto(record, whole!, { [part]: cell === '' ? null : cell });
  }
  if (name === jsonColumn) {
    return (cell, record) => {
      for (const [member, value] of Object.entries(objectOf(cell, name) ?? {})) {
        if (!Object.hasOwn(memberKinds, member)) {
          throw new CellFault(`"${jsonColumn}" has a member that is not known: ${shown(member)}`);
        }
        if (record[member] !== null && record[member] !== undefined) {
          throw new CellFault(`"${jsonColumn}" has ${shown(member)} once more`);
        }
        record[member] = value;
      }
    };
  }
  const kind = Object.hasOwn(memberKinds, name) ? memberKinds[name] : undefined;
  if (!kind) throw new FileFault(unknownColumn(name));
  return (cell, record) => {
    if (kind === 'object') putInto(record, name, objectOf(cell, name));
    else record[name] = valueOf(cell, name, kind);
  };
}

/**
 * The parts of an object may come from several columns. An address is one claim, so it is taken away
 * when all of its parts are empty; each of the further claims is one of its own.
 */
function putInto(
  record: Record<string, unknown>,
  member: string,
  parts: Record<string, unknown> | null,
): void {
  const before = record[member] as Record<string, unknown> | null | undefined;
  const filled = Object.entries(parts ?? {}).filter(
    ([, value]) => member === 'claims' || value !== null,
  );
  if (filled.length > 0) record[member] = { ...before, ...Object.fromEntries(filled) };
  else if (member !== 'claims') record[member] ??= null;
}

function valueOf(cell: string, name: string, kind: Exclude<MemberKind, 'object'>): unknown {
  if (cell === '') return null;
  if (kind === 'text') return cell;
  const trimmed = cell.trim();
  if (kind === 'flag') {
    if (/^(true|t|yes|1)$/i.test(trimmed)) return true;
    if (/^(false|f|no|0)$/i.test(trimmed)) return false;
    throw new CellFault(`"${name}" must be true or false`);
  }
  if (/^-?\d{1,15}$/.test(trimmed)) return Number(trimmed);
  throw new CellFault(`"${name}" must be seconds since 1970`);
}

function objectOf(cell: string, name: string): Record<string, unknown> | null {
  if (cell === '') return null;
  let value: unknown;
  try {
    value = JSON.parse(cell);
  } catch {
    value = undefined;
  }
  if (isRecord(value)) return value;
  throw new CellFault(`"${name}" must be a JSON object: { … }`);
}

function unknownColumn(name: string): string {
  if (/^pass(word|wd|phrase)?$/i.test(name)) {
    return 'Passwords are not taken: bring their hashes in the column "password_hash".';
  }
  const known = [...Object.keys(memberKinds), jsonColumn].join(', ');
  return `The column ${shown(name)} is unknown. A claim of your own is "claims.NAME", a part of the address "address.locality". Known columns: ${known}.`;
}

/** A name that somebody else chose: perhaps the file has no names, and this is a hash. */
function shown(name: string): string {
  return /^[\w .-]{1,40}$/.test(name) ? `"${name}"` : 'with an odd name';
}
