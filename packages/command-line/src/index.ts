/** A program of several commands, for people at a terminal and for other programs. */
export { yesOption, type Command, type Given, type Option, type Options } from './command.ts';
export type { CommandContext, Input, Output, Surroundings } from './command-context.ts';
export { exitCodes, Failure, failureOf, misuse } from './failure.ts';
export { plain, safeJson } from './plain-text.ts';
export { printList } from './print-list.ts';
export { runProgram, topicsOf, type Program, type Section, type Topic } from './program.ts';
export { nameOf, readJsonObject, readSecretLine, readSource, unreadable } from './read-source.ts';
export { createTable, listOfValues, type Column } from './table.ts';
