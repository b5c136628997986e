/** `fault`: people cannot sign in, or are not safe. `warning`: somebody should know. */
export type Level = 'ok' | 'warning' | 'fault';

/** What was looked at; part of what programs rely on. */
export type About =
  | 'settings'
  | 'admin'
  | 'ready'
  | 'version'
  | 'protection'
  | 'encryption'
  | 'clock'
  | 'public'
  | 'issuer'
  | 'hosts'
  | 'cookies'
  | 'probe'
  | 'login'
  | 'consent'
  | 'sign_in'
  | 'logout'
  | 'logged_out'
  | 'error'
  | 'device'
  | 'device_success';

export interface Finding {
  level: Level;
  about: About;
  /** One sentence, which says what to change. */
  says: string;
  /** The one to change, ours or the server's. */
  setting: string | null;
}

export type Report = ReturnType<typeof createReport>;

/** Collects findings, each once. @param tell hears of each as it is found */
export function createReport(tell: (finding: Finding) => unknown) {
  const findings: Finding[] = [];

  const at =
    (level: Level) =>
    (about: About, says: string, setting: string | null = null): void => {
      if (findings.some((one) => one.about === about && one.says === says)) return;
      const finding = { level, about, says, setting };
      findings.push(finding);
      tell(finding);
    };

  const count = (level: Level) => findings.filter((one) => one.level === level).length;
  return { findings, count, ok: at('ok'), warning: at('warning'), fault: at('fault') };
}
