/**
 * Carries out a Dockerfile without a container engine: each stage is a folder that stands for the root of a
 * file system, and its commands run here, with the Node of this machine in the place of the base image.
 */
import { cpSync, mkdirSync, statSync } from 'node:fs';
import { basename, dirname, join, posix } from 'node:path';
import { copyTree } from './copy-tree.ts';
import { expand, pairsOf, type Dockerfile, type Instruction, type Stage } from './dockerfile.ts';

export interface Image {
  /** What stands for `/`. */
  root: string;
  workdir: string;
  env: Record<string, string>;
  labels: Record<string, string>;
  user: string;
  /** The whole command: entry point and arguments. */
  command: string[];
  /** The command of `HEALTHCHECK`. */
  health: string[];
  stopSignal: string;
}

export interface Building {
  dockerfile: Dockerfile;
  /** The folder of the project, and what a build may see of it. */
  context: { root: string; files: string[] };
  /** As by `--build-arg`. */
  given: Record<string, string>;
  /** An empty folder for the stages. */
  scratch: string;
  /** Gets each command of `RUN`, and its folder. */
  run: (command: string, cwd: string, env: Record<string, string>) => void;
}

/** Builds the last stage, and those that it needs. */
export function buildImage(building: Building): Image {
  const { stages } = building.dockerfile;
  const built = new Map<string, Image>();
  const imageOf = (name: string): Image => {
    const known = built.get(name);
    if (known) return known;
    const stage = stages.find((one) => one.name === name);
    if (!stage) throw new Error(`There is no stage ${name}.`);
    const image = buildStage(stage, building, imageOf);
    built.set(name, image);
    return image;
  };
  return imageOf(stages.at(-1)!.name);
}

type ImageOf = (name: string) => Image;

function buildStage(stage: Stage, building: Building, imageOf: ImageOf): Image {
  const root = join(building.scratch, stage.name);
  mkdirSync(root, { recursive: true });
  const image: Image = emptyImage(root);
  if (building.dockerfile.stages.some(({ name }) => name === stage.base)) {
    const base = imageOf(stage.base);
    Object.assign(image, base, { root, env: { ...base.env } });
    copyTree(base.root, root);
  }
  const variables: Record<string, string> = { ...image.env };
  let entry: string[] = [];
  let command: string[] = image.command;
  for (const instruction of stage.instructions) {
    const { name, rest, exec, flags } = instruction;
    if (name === 'ARG') Object.assign(variables, argumentOf(rest, building));
    else if (name === 'ENV') {
      for (const [key, value] of Object.entries(pairsOf(rest))) {
        variables[key] = image.env[key] = expand(value, variables);
      }
    } else if (name === 'WORKDIR') {
      image.workdir = posix.resolve(image.workdir, expand(rest, variables));
      mkdirSync(join(root, image.workdir), { recursive: true });
    } else if (name === 'COPY') copy(instruction, { image, building, imageOf });
    else if (name === 'RUN')
      building.run(exec?.join(' ') ?? rest, join(root, image.workdir), variables);
    else if (name === 'USER') image.user = expand(rest, variables);
    else if (name === 'STOPSIGNAL') image.stopSignal = rest;
    else if (name === 'LABEL') {
      for (const [key, value] of Object.entries(pairsOf(rest))) {
        image.labels[key] = expand(value, variables);
      }
    } else if (name === 'HEALTHCHECK') image.health = execAfter(rest, 'CMD');
    else if (name === 'ENTRYPOINT') entry = exec ?? shell(rest);
    else if (name === 'CMD') command = exec ?? shell(rest);
    else if (name !== 'EXPOSE')
      throw new Error(`${name} ${rest}: nobody has told us what that does`);
    if (name !== 'COPY' && name !== 'HEALTHCHECK' && Object.keys(flags).length > 0) {
      throw new Error(`${name} has flags that are not carried out: ${Object.keys(flags).join()}`);
    }
  }
  return { ...image, command: [...entry, ...command] };
}

function emptyImage(root: string): Image {
  const none = { env: {}, labels: {}, command: [], health: [] };
  return { root, workdir: '/', user: '0', stopSignal: 'SIGTERM', ...none };
}

const shell = (line: string): string[] => ['/bin/sh', '-c', line];

/** The arguments in the exec form; the shell form needs a shell. */
function execAfter(rest: string, word: string): string[] {
  const line = rest.replace(new RegExp(`^${word}\\s+`), '');
  return line.startsWith('[') ? (JSON.parse(line) as string[]) : shell(line);
}

/** An argument without a default has that of before the first `FROM`. */
function argumentOf(rest: string, { given, dockerfile }: Building): Record<string, string> {
  const [, name = ''] = /^(\w+)/.exec(rest) ?? [];
  const value = given[name] ?? pairsOf(rest)[name] ?? dockerfile.globals[name];
  return value === undefined ? {} : { [name]: value };
}

interface Copying {
  image: Image;
  building: Building;
  imageOf: ImageOf;
}

/** The content of a folder goes into the target; a file gets its name, or its place in a folder. */
function copy({ rest, flags }: Instruction, { image, building, imageOf }: Copying): void {
  const words = rest.split(/\s+/);
  const target = words.at(-1)!;
  const sources = words.slice(0, -1);
  const place = join(image.root, posix.resolve(image.workdir, target));
  const isFolder = sources.length > 1 || /(^|\/)\.?$/.test(target);
  const { from, ...others } = flags;
  if (Object.keys(others).length > 0) throw new Error(`COPY with ${Object.keys(others).join()}`);
  for (const source of sources) {
    const before = from === undefined ? undefined : join(imageOf(from).root, source);
    if (before !== undefined) copyOne(before, place, isFolder);
    else copyFromContext(source, { place, isFolder, building });
  }
}

function copyOne(source: string, place: string, isFolder: boolean): void {
  if (statSync(source).isDirectory()) return copyTree(source, place);
  const file = isFolder ? join(place, basename(source)) : place;
  mkdirSync(dirname(file), { recursive: true });
  cpSync(source, file);
}

interface ContextCopying {
  place: string;
  isFolder: boolean;
  building: Building;
}

function copyFromContext(source: string, { place, isFolder, building }: ContextCopying): void {
  const { root, files } = building.context;
  const path = posix.normalize(source).replace(/\/$/, '');
  const inside = files.filter(
    (file) => path === '.' || file === path || file.startsWith(`${path}/`),
  );
  if (inside.length === 0) throw new Error(`COPY ${source}: it is not there, or left out`);
  for (const file of inside) {
    const name = path === '.' ? file : file.slice(path.length + 1);
    copyOne(join(root, file), name === '' ? place : join(place, name), name === '' && isFolder);
  }
}
