import { NoAnswer } from '@portico/hydra-tools';
import { orNoAnswer, type Path } from './path.ts';

const places = ['/metrics', '/version', '/health/dependencies'];

/** Checks that the management port is not among what the internet reaches. */
export async function checkManagement({ baseUrl, env, newBrowser, report }: Path): Promise<void> {
  const isFound = async (address: string) => {
    const visit = await orNoAnswer(newBrowser().visit(address));
    if (visit instanceof NoAnswer || visit.status >= 400) return false;
    return (
      /^# (HELP|TYPE) /m.test(visit.body) ||
      /^\{"(name|status)":.*("settings"|"dependencies"):/.test(visit.body)
    );
  };
  const roots = [...new Set([baseUrl.origin, baseUrl.href])];
  const addresses = roots.flatMap((root) => places.map((place) => root + place));
  const found = await Promise.all(addresses.map(async (one) => ((await isFound(one)) ? one : '')));
  const open = found.find((one) => one !== '');
  if (open !== undefined) {
    const says = `The management port answers at ${open}: anybody can read how the app runs. Let the proxy pass on the port of PORT alone.`;
    return report.fault('management', says, 'MANAGEMENT_PORT');
  }
  const port = env['MANAGEMENT_PORT']?.trim();
  if (port && !baseUrl.isLoopback) {
    const place = `http://${new URL(baseUrl.href).hostname}:${port}`;
    if (await isFound(`${place}/metrics`)) {
      const says = `The management port answers from here at ${place}, on the public host: if the internet reaches it, too, anybody can read how the app runs. Set MANAGEMENT_HOST to an address of a private network.`;
      return report.warning('management', says, 'MANAGEMENT_HOST');
    }
  }
  report.ok('management', 'The management port does not answer at the address of the app.');
}
