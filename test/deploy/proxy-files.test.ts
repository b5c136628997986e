/**
 * The files of `deploy/proxies` and docs/proxies.md say the same numbers, and Portico keeps to them. What can be
 * run is run besides, see `proxies.test.ts` and `proxy-manners.test.ts`.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { longestChallenge } from '../../src/challenge/bounds.ts';
import { loadConfig } from '../../src/config.ts';
import { parseObjects, type Item } from './manifests.ts';

const numbers = {
  lineKb: 64,
  headersKb: 128,
  answerKb: 64,
  formKb: 128,
  idleSeconds: 60,
  keepAliveSeconds: 75,
  checkEverySeconds: 1,
  failures: 2,
  drainSeconds: 5,
  connectSeconds: 2,
  answerSeconds: 60,
  headerSeconds: 15,
  bodySeconds: 30,
};
const formBytes = numbers.formKb * 1024;

const folder = 'deploy/proxies';
const files = readdirSync(folder);
const textOf = (name: string): string => readFileSync(`${folder}/${name}`, 'utf8');
const documentsOf = (name: string): Item[] => parseObjects(textOf(name));
const guide = readFileSync('docs/proxies.md', 'utf8');

describe('what the guide says', () => {
  const n = numbers;
  test.each([
    ['one line of a request, and its headers in all', `${n.lineKb} kB, ${n.headersKb} kB`],
    ['headers of an answer', `${n.answerKb} kB`],
    ['body of a form', `${n.formKb} kB, in memory`],
    ['idle connections to Portico', `${n.idleSeconds} s`],
    ['health checks', `every ${n.checkEverySeconds} s, ${n.failures} failures`],
    ['time to connect', `${n.connectSeconds} s`],
    ['time to answer', `${n.answerSeconds} s`],
    ['time for headers and for a form', `${n.headerSeconds} s, ${n.bodySeconds} s`],
  ])('of "%s" is %s', (what, number) => {
    expect(guide).toContain(`\n| ${what} | ${number} | `);
  });

  test('names every file, and no other', () => {
    const named = [...guide.matchAll(/\(\.\.\/deploy\/proxies\/([\w.-]+)\)/g)].map(
      ([, name]) => name,
    );
    expect(new Set(named)).toEqual(new Set(files));
  });
});

describe('Portico', () => {
  const required = {
    BASE_URL: 'http://localhost',
    HYDRA_ADMIN_URL: 'http://localhost:4445',
    COOKIE_SECRET: 'a-secret-of-thirty-two-characters-and-more',
    DATABASE_URL: 'postgres://portico@localhost/portico',
  };

  test('keeps idle connections longer than proxies do', () => {
    expect(loadConfig(required).server.keepAliveSeconds).toBe(numbers.keepAliveSeconds);
    expect(numbers.idleSeconds).toBeLessThan(numbers.keepAliveSeconds);
  });

  test('serves for longer than proxies take to notice that it stops', () => {
    const image = readFileSync('deploy/Dockerfile', 'utf8');
    expect(image).toMatch(new RegExp(`DRAIN_SECONDS=${numbers.drainSeconds}\\b`));
    expect(numbers.checkEverySeconds * numbers.failures).toBeLessThan(numbers.drainSeconds);
  });

  test('takes no longer forms and challenges than proxies let through', () => {
    expect(readFileSync('src/app.ts', 'utf8')).toContain(`largestForm = '${numbers.formKb}kb'`);
    expect(longestChallenge / 1024).toBe(numbers.lineKb / 2);
  });
});

const publicPaths = [
  '/oauth2',
  'userinfo',
  'credentials',
  'openid-configuration',
  'oauth-authorization-server',
  'jwks.json',
];

describe.each(files.filter((name) => name !== 'traefik.yaml'))('%s', (name) => {
  const text = textOf(name);
  const active = text.replace(/(^|\s)#.*$/gm, '');

  test('leads to Portico and to what Hydra has on its public port, and to nothing else', () => {
    expect(active).toContain('/auth');
    expect(active).toContain('/.well-known/change-password');
    for (const path of publicPaths) expect(active.replaceAll('\\', '')).toContain(path);
    expect(active).not.toMatch(/4445|9464|\/metrics|\/admin\b|hydra-admin/);
  });

  test('adds no header that Portico sends itself, and takes no path away', () => {
    expect(active).not.toMatch(
      /Strict-Transport-Security|stsSeconds|stripPrefix|rewrite-target|prefix_rewrite|strip_prefix/i,
    );
  });
});

test('nginx.conf has the numbers', () => {
  const text = textOf('nginx.conf');
  const n = numbers;
  for (const line of [
    `large_client_header_buffers 4 ${n.lineKb}k;`,
    `client_max_body_size ${n.formKb}k;`,
    `client_body_buffer_size ${n.formKb}k;`,
    `client_header_timeout ${n.headerSeconds}s;`,
    `client_body_timeout ${n.bodySeconds}s;`,
    `proxy_buffer_size ${n.answerKb}k;`,
    `proxy_connect_timeout ${n.connectSeconds}s;`,
    `proxy_read_timeout ${n.answerSeconds}s;`,
    'proxy_next_upstream error timeout;',
    `keepalive_timeout ${n.idleSeconds}s;`,
  ]) {
    expect(text).toContain(` ${line}`);
  }
});

test('haproxy.cfg has the numbers', () => {
  const text = textOf('haproxy.cfg');
  const n = numbers;
  for (const line of [
    `tune.bufsize ${n.headersKb * 1024}`,
    `timeout connect ${n.connectSeconds}s`,
    `timeout client ${n.bodySeconds}s`,
    `timeout http-request ${n.headerSeconds}s`,
    `timeout server ${n.answerSeconds}s`,
    `check inter ${n.checkEverySeconds}s fall ${n.failures} rise 1`,
    'option httpchk',
    'disable-l7-retry unless { method GET HEAD }',
  ]) {
    expect(text).toContain(` ${line}\n`);
  }
});

test('Caddyfile has the numbers', () => {
  const text = textOf('Caddyfile');
  const n = numbers;
  for (const line of [
    `keepalive ${n.idleSeconds}s`,
    `dial_timeout ${n.connectSeconds}s`,
    `response_header_timeout ${n.answerSeconds}s`,
    `read_header ${n.headerSeconds}s`,
    `read_body ${n.bodySeconds}s`,
    `max_size ${n.formKb}KiB`,
    `request_buffers ${n.formKb}KiB`,
    `health_interval ${n.checkEverySeconds}s`,
  ]) {
    expect(text).toMatch(new RegExp(`\\t${line}( #.*)?\\n`));
  }
});

test('Traefik has the numbers, in Kubernetes as without it', () => {
  const n = numbers;
  const [statics] = documentsOf('traefik.yaml');
  expect(statics.entryPoints.websecure.forwardedHeaders).toBeUndefined();
  expect(statics.entryPoints.websecure.transport.respondingTimeouts).toEqual({
    readTimeout: `${n.bodySeconds}s`,
    idleTimeout: `${n.idleSeconds}s`,
  });
  expect(statics.accessLog.fields.names.RequestPath).toBe('drop');
  const [{ http }] = documentsOf('traefik-routes.yaml');
  const check = { path: '/auth/health/ready', interval: `${n.checkEverySeconds}s`, timeout: '1s' };
  expect(http.services.portico.loadBalancer.healthCheck).toEqual(check);
  expect(http.serversTransports.kept.forwardingTimeouts).toEqual({
    dialTimeout: `${n.connectSeconds}s`,
    responseHeaderTimeout: `${n.answerSeconds}s`,
    idleConnTimeout: `${n.idleSeconds}s`,
  });
  const { forms, again, strangers } = http.middlewares;
  expect(forms.buffering).toEqual({
    maxRequestBodyBytes: formBytes,
    memRequestBodyBytes: formBytes,
  });
  expect(again.retry).toEqual({ attempts: 2 });
  expect(Object.keys(strangers.headers.customRequestHeaders).toSorted()).toEqual([
    'Forwarded',
    'X-Request-Id',
    'traceparent',
    'tracestate',
  ]);

  const objects = documentsOf('traefik-kubernetes.yaml');
  const specOf = (name: string) => objects.find(({ metadata }) => metadata.name === name).spec;
  expect(specOf('portico-forms')).toEqual(forms);
  expect(specOf('portico-again')).toEqual(again);
  expect(specOf('portico-strangers')).toEqual(strangers);
  expect(specOf('portico-kept')).toEqual(http.serversTransports.kept);
  const { routes } = specOf('portico');
  const rules = [http.routers.portico.rule, http.routers.hydra.rule];
  expect(routes.map(({ match }: Item) => match)).toEqual(rules);
  const used = routes.flatMap(({ middlewares }: Item) => middlewares.map((one: Item) => one.name));
  for (const one of new Set<string>(used)) expect(specOf(one)).toBeDefined();
});

describe('envoy.yaml', () => {
  const { static_resources: all } = documentsOf('envoy.yaml')[0];
  const manager = all.listeners[0].filter_chains[0].filters[0].typed_config;
  const routes: Item[] = manager.route_config.virtual_hosts[0].routes;

  test('has the numbers', () => {
    const n = numbers;
    expect(manager).toMatchObject({
      max_request_headers_kb: n.headersKb,
      request_headers_timeout: `${n.headerSeconds}s`,
      request_timeout: `${n.bodySeconds}s`,
      use_remote_address: true,
      xff_num_trusted_hops: 0,
      preserve_external_request_id: false,
      normalize_path: false,
      merge_slashes: false,
    });
    expect(manager.http_filters[0].typed_config.max_request_bytes).toBe(formBytes);
    for (const cluster of all.clusters) {
      const [options] = Object.values<Item>(cluster.typed_extension_protocol_options);
      expect(options.common_http_protocol_options.idle_timeout).toBe(`${n.idleSeconds}s`);
      expect(options.common_http_protocol_options.max_response_headers_kb).toBe(n.headersKb);
      expect(cluster.connect_timeout).toBe(`${n.connectSeconds}s`);
    }
    expect(all.clusters[0].health_checks[0]).toMatchObject({
      interval: `${n.checkEverySeconds}s`,
      no_traffic_interval: `${n.checkEverySeconds}s`,
      unhealthy_threshold: n.failures,
      http_health_check: { path: '/auth/health/ready' },
    });
    expect(routes.filter(({ route }) => route.timeout).map(({ route }) => route.timeout)).toEqual([
      `${n.answerSeconds}s`,
      `${n.answerSeconds}s`,
      `${n.answerSeconds}s`,
    ]);
  });

  test('asks again after a reset for pages alone, and never after an answer', () => {
    const retried = routes.filter(({ route }) => route.retry_policy);
    expect(retried).toHaveLength(2);
    const [pages, forms] = retried;
    expect(pages.match.headers[0].string_match.safe_regex.regex).toBe('GET|HEAD');
    expect(forms.route.retry_policy.retry_on).toBe('connect-failure');
    expect(pages.route.retry_policy.retry_on).not.toMatch(/5xx|gateway-error|retriable/);
  });

  test('drops what strangers say, and has no admin listener', () => {
    expect(manager.route_config.request_headers_to_remove).toEqual([
      'forwarded',
      'traceparent',
      'tracestate',
    ]);
    expect(documentsOf('envoy.yaml')[0].admin).toBeUndefined();
  });
});

test('ingress-nginx.yaml has the numbers', () => {
  const [{ data }, { metadata }] = documentsOf('ingress-nginx.yaml');
  const n = numbers;
  expect(data).toMatchObject({
    'large-client-header-buffers': `4 ${n.lineKb}k`,
    'upstream-keepalive-timeout': `${n.idleSeconds}`,
    'use-forwarded-headers': 'false',
    'retry-non-idempotent': 'false',
    'log-format-upstream': expect.not.stringMatching(/\$request |request_uri|referer|args/),
  });
  const annotations = Object.fromEntries(
    Object.entries(metadata.annotations).map(([name, value]) => [name.split('/')[1], value]),
  );
  expect(annotations).toMatchObject({
    'proxy-buffer-size': `${n.answerKb}k`,
    'proxy-body-size': `${n.formKb}k`,
    'client-body-buffer-size': `${n.formKb}k`,
    'proxy-next-upstream': 'error timeout',
    'proxy-connect-timeout': `${n.connectSeconds}`,
    'proxy-read-timeout': `${n.answerSeconds}`,
  });
});

test('alb.yaml has the numbers, and a longer drain for its slower checks', () => {
  const { annotations } = documentsOf('alb.yaml')[0].metadata;
  const of = (name: string) => annotations[`alb.ingress.kubernetes.io/${name}`] as string;
  const attributes = of('load-balancer-attributes').split(',');
  expect(attributes).toContain(`idle_timeout.timeout_seconds=${numbers.idleSeconds}`);
  expect(attributes).toContain('routing.http.xff_header_processing.mode=append');
  expect(of('healthcheck-path')).toBe('/auth/health/ready');
  const noticed =
    Number(of('healthcheck-interval-seconds')) * Number(of('unhealthy-threshold-count'));
  const [, drain] = /DRAIN_SECONDS=(\d+)/.exec(textOf('alb.yaml'))!;
  expect(Number(drain)).toBeGreaterThan(noticed);
  expect(guide).toContain(`\`DRAIN_SECONDS=${drain}\``);
});

test('Ingresses and ConfigMaps are what Kubernetes takes', async () => {
  const objects = ['ingress-nginx.yaml', 'alb.yaml'].flatMap(documentsOf);
  for (const item of objects) {
    // oxlint-disable-next-line no-await-in-loop -- a few files
    const file: Item = await import(`kubernetes-models/${item.apiVersion}/${item.kind}`);
    new file[item.kind](item).validate();
  }
  expect(objects).toHaveLength(3);
});
