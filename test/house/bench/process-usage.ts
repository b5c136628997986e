import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';

/** What a group of processes has used. */
export interface Usage {
  /** Milliseconds of processor time, all threads together, in steps of 10. */
  cpuMs: number;
  /** Bytes of memory that are in use now. */
  memory: number;
  /** The most that it ever was. */
  peakMemory: number;
}

const msPerTick =
  1000 / Number(spawnSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }).stdout || 100);

/**
 * Reads it from `/proc`.
 * @param group the id of a process group, which a command has when it was started as its leader
 * @returns `undefined` where there is no `/proc`
 */
export function usageOf(group: number): Usage | undefined {
  const usages = processIds().flatMap((id) => usageOfProcess(id, group) ?? []);
  return usages.length === 0 ? undefined : usages.reduce(sum);
}

function processIds(): string[] {
  try {
    return readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  } catch {
    return [];
  }
}

function usageOfProcess(id: string, group: number): Usage | undefined {
  try {
    // the name in brackets may hold anything; what follows are numbers
    const [, after = ''] = /\) (.*)$/s.exec(readFileSync(`/proc/${id}/stat`, 'utf8')) ?? [];
    const numbers = after.split(' ').map(Number);
    if (numbers[2] !== group) return undefined;
    const status = readFileSync(`/proc/${id}/status`, 'utf8');
    const bytes = (name: string) =>
      Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(status)?.[1] ?? 0) * 1024;
    const cpuMs = (numbers[11]! + numbers[12]!) * msPerTick;
    return { cpuMs, memory: bytes('VmRSS'), peakMemory: bytes('VmHWM') };
  } catch {
    return undefined; // it has ended
  }
}

function sum(one: Usage, other: Usage): Usage {
  return {
    cpuMs: one.cpuMs + other.cpuMs,
    memory: one.memory + other.memory,
    peakMemory: one.peakMemory + other.peakMemory,
  };
}
