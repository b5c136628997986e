/** `fault`: people cannot sign in, or not safely. `warning`: an operator should know. */
export type Level = 'ok' | 'warning' | 'fault';

/** What the findings about the server are about. Programs rely on these words. */
export const abouts = [
  'doctor',
  'settings',
  'admin',
  'ready',
  'version',
  'protection',
  'encryption',
  'certificate',
  'clock',
  'public',
  'issuer',
  'hosts',
  'registration',
  'server_headers',
  'cookies',
  'probe',
  'login',
  'consent',
  'sign_in',
  'logout',
  'logged_out',
  'error',
  'sign_up',
  'device',
  'device_success',
] as const;
export type About = (typeof abouts)[number];

export interface Finding {
  level: Level;
  /** One of `abouts`, or a word of the app's own checks. */
  about: string;
  /** One sentence that says what to change. */
  says: string;
  /** The setting to change, ours or the server's. */
  setting: string | null;
}

export type Report = ReturnType<typeof createReport>;

/** Collects findings, without repetitions. @param tell gets each finding at once */
export function createReport(tell: (finding: Finding) => unknown) {
  const findings: Finding[] = [];

  const at =
    (level: Level) =>
    (about: string, says: string, setting: string | null = null): void => {
      if (findings.some((one) => one.about === about && one.says === says)) return;
      const finding = { level, about, says, setting };
      findings.push(finding);
      tell(finding);
    };

  const count = (level: Level) => findings.filter((one) => one.level === level).length;
  return { findings, count, ok: at('ok'), warning: at('warning'), fault: at('fault') };
}
