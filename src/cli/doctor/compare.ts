import { fingerprintOf, type Fingerprint } from '../../fingerprint.ts';
import { settingsFor } from '../../config.ts';
import type { Path } from './path.ts';

export type Marked = Fingerprint & { instance: string };

/**
 * The settings that two of them do not share. With no cookie secret in common, other secrets cannot be
 * compared.
 */
function differences(one: Fingerprint, other: Fingerprint): string[] {
  const names = (part: 'settings' | 'secrets') => [
    ...new Set([...Object.keys(one[part]), ...Object.keys(other[part])]),
  ];
  const plain = names('settings').filter((name) => one.settings[name] !== other.settings[name]);
  if (!haveSecretInCommon(one, other)) return [...plain, 'COOKIE_SECRET'];
  const secret = names('secrets').filter((name) => {
    const [own = [], others = []] = [one.secrets[name], other.secrets[name]];
    if (name === 'COOKIE_SECRET') return String(own) !== String(others);
    return own.length + others.length > 0 && !own.some((mark) => others.includes(mark));
  });
  return [...plain, ...secret].toSorted();
}

function haveSecretInCommon(one: Fingerprint, other: Fingerprint): boolean {
  const others = other.secrets['COOKIE_SECRET'] ?? [];
  return (one.secrets['COOKIE_SECRET'] ?? []).some((mark) => others.includes(mark));
}

/** Compares the instances that were asked. */
export function compareInstances({ report }: Pick<Path, 'report'>, all: Marked[]): void {
  const [first, ...others] = [...new Map(all.map((one) => [one.instance, one])).values()];
  if (!first || others.length === 0) return;
  const stranger = others.find((one) => !haveSecretInCommon(first, one));
  if (stranger) {
    const says = `The instances ${first.instance} and ${stranger.instance} have no COOKIE_SECRET in common: each refuses the forms and sign-ins of the other. Give them the same list.`;
    report.fault('replicas', says, 'COOKIE_SECRET');
    return;
  }
  for (const one of others) {
    const names = differences(first, one);
    if (names.length === 0) continue;
    const says = `The instances ${first.instance} and ${one.instance} have unequal settings: ${names.join(', ')}. People are treated now by one, now by the other: restart both with the same environment.`;
    report.warning('replicas', says, names[0]);
    return;
  }
  const says = `${others.length + 1} instances have the same settings.`;
  report.ok('replicas', says);
}

/** Compares what is set in this environment with what an instance has. */
export async function compareWithHere({ env, report }: Path, there: Marked): Promise<void> {
  const here = await fingerprintOf(settingsFor(env), env);
  const isSet = (name: string) => Boolean(env[name]?.trim() || env[`${name}_FILE`]?.trim());
  const names = differences(here, there).filter(
    // The list of secrets was compared already.
    (name) => name !== 'COOKIE_SECRET' && isSet(name),
  );
  if (names.length === 0) {
    return report.ok('app_settings', 'The app has the settings of this environment.');
  }
  const says = `The app has other values than this environment for ${names.join(', ')}: it was started before they were changed, or the doctor runs with an environment of its own. What is told here goes by the values of this environment.`;
  report.warning('app_settings', says, names[0]);
}
