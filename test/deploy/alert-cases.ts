/** Series in which each alert fires, in the notation of `promtool test rules`: one value a minute. */

const instance = 'job="portico",instance="one:9464"';
const series = (name: string, labels = '') => `${name}{${instance}${labels && `,${labels}`}}`;
/** For two hours. */
const growing = (perMinute: number) => `0+${perMinute}x130`;
const always = (value: number) => `${value}x130`;

const requests = 'portico_http_requests_total';
const duration = 'portico_http_request_duration_seconds';
const signIns = (result: string) =>
  series('portico_sign_ins_total', `way="password",result="${result}"`);
const up = (dependency: string) => series('portico_dependency_up', `dependency="${dependency}"`);
const quick = (name: string, labels: string, perMinute: number) => ({
  [series(`${name}_bucket`, `${labels},le="0.1"`)]: growing(perMinute),
  [series(`${name}_bucket`, `${labels},le="2.5"`)]: growing(perMinute),
  [series(`${name}_bucket`, `${labels},le="+Inf"`)]: growing(perMinute),
});
const slow = (name: string, labels: string, perMinute: number) => ({
  ...quick(name, labels, perMinute),
  [series(`${name}_bucket`, `${labels},le="0.1"`)]: growing(0),
});
const ofLogin = 'screen="login",method="GET"';
const ofCalls = 'operation="login.get"';
const wait = 'portico_password_check_wait_seconds';

/** A Portico at which people sign in, and a job that is none of ours. */
export const healthy: Record<string, string> = {
  [series('up')]: always(1),
  'up{job="other",instance="x"}': always(0),
  'process_start_time_seconds{job="other",instance="x"}': growing(60),
  'process_open_fds{job="other",instance="x"}': always(99),
  'process_max_fds{job="other",instance="x"}': always(100),
  [series(requests, 'screen="login",status="200"')]: growing(600),
  [series(requests, 'screen="login",status="502"')]: growing(1),
  [series(`${duration}_count`, 'screen="login",method="POST"')]: growing(300),
  ...quick(duration, ofLogin, 300),
  [signIns('signed_in')]: growing(250),
  [signIns('wrong')]: growing(40),
  [signIns('busy')]: always(0),
  [up('hydra')]: always(1),
  [up('user_store')]: always(1),
  [up('database')]: always(1),
  [series('portico_admin_calls_total', `${ofCalls},status="200"`)]: growing(600),
  [series('portico_admin_calls_total', `${ofCalls},status="down"`)]: growing(1),
  ...quick('portico_admin_call_duration_seconds', ofCalls, 600),
  ...quick(wait, 'x=""', 300),
  [series('portico_forms_refused_total', 'reason="wrong_seal"')]: growing(1),
  [series('portico_event_loop_busy_seconds_total')]: growing(20),
  [series('process_start_time_seconds')]: always(1_000),
  [series('process_open_fds')]: always(100),
  [series('process_max_fds')]: always(1_000),
  [series('portico_log_lines_total', 'level="error"')]: always(3),
  [series('portico_draining')]: always(0),
  [series('portico_build_info', 'version="1.0.0",commit="a"')]: always(1),
  [series('portico_settings_info', 'fingerprint="a"')]: always(1),
};

interface AlertCase {
  /** In the place of those when all is well. */
  series: Record<string, string>;
  /** What fires with it. */
  also?: string[];
}

export const alertCases: Record<string, AlertCase> = {
  PorticoDown: { series: { [series('up')]: always(0) } },
  PorticoPagesFail: {
    series: { [series(requests, 'screen="login",status="502"')]: growing(100) },
  },
  PorticoNobodySignsIn: {
    series: { [signIns('signed_in')]: always(7), [signIns('wrong')]: growing(2) },
  },
  PorticoPagesSlow: { series: slow(duration, ofLogin, 300) },
  PorticoHydraDown: { series: { [up('hydra')]: always(0) } },
  PorticoUserStoreDown: {
    series: { [up('user_store')]: '_x130', [up('user_store_sql')]: always(0) },
  },
  PorticoDatabaseDown: { series: { [up('database')]: always(0) } },
  PorticoAdminCallsFail: {
    series: { [series('portico_admin_calls_total', `${ofCalls},status="401"`)]: growing(60) },
  },
  PorticoAdminCallsSlow: { series: slow('portico_admin_call_duration_seconds', ofCalls, 600) },
  PorticoTurnsPeopleAway: { series: { [signIns('busy')]: growing(5) } },
  PorticoPasswordsWait: { series: slow(wait, 'x=""', 300) },
  PorticoGuessing: { series: { [signIns('paused')]: growing(2_000) } },
  PorticoFormsOfOthers: {
    series: { [series('portico_forms_refused_total', 'reason="unknown_cookie"')]: growing(150) },
  },
  PorticoBusy: { series: { [series('portico_event_loop_busy_seconds_total')]: growing(58) } },
  PorticoRestarts: { series: { [series('process_start_time_seconds')]: growing(180) } },
  PorticoErrors: { series: { [series('portico_log_lines_total', 'level="error"')]: growing(1) } },
  PorticoHandlesRunOut: { series: { [series('process_open_fds')]: always(900) } },
  PorticoDrainsForLong: { series: { [series('portico_draining')]: always(1) } },
  PorticoVersionsDiffer: {
    series: { 'portico_build_info{job="portico",instance="two:9464",version="1.1.0"}': always(1) },
  },
  PorticoSettingsDiffer: {
    series: {
      'portico_settings_info{job="portico",instance="two:9464",fingerprint="b"}': always(1),
    },
  },
};
