import { visibleValue } from './visible-text.ts';

/** `job_title`, `job-title` or `jobTitle`. */
const words = /^[a-z][a-z\d]*([_-][a-z][a-z\d]*|[A-Z][a-z\d]+)*$/;

/** The name of a scope or a claim as people read it: `job title`. Any other name stays as it is. */
export function readableName(name: string): string {
  if (!words.test(name)) return visibleValue(name);
  return name.replace(/[_-]|(?=[A-Z])/g, ' ').toLowerCase();
}
