import { join } from 'node:path';
import { rootCertificates } from 'node:tls';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { environmentOf, type Item, type Manifests } from './manifests.ts';

/** What is in the Secrets and ConfigMaps that an operator makes, by the name of the setting. */
const usualContents: Record<string, string> = {
  COOKIE_SECRET: 'Wq7zR2mVn4KxT9pLd6Hs8YbJc3Gf5AeU',
  DATABASE_URL: 'postgres://portico:example@db.internal/portico?sslmode=verify-full',
  LDAP_BIND_PASSWORD: 'example',
  USERS_FILE: '[]',
  HYDRA_ADMIN_CA_FILE: rootCertificates[0]!,
  BRAND_LOGO: '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1"/>',
};

/**
 * The environment of a container as a process on this machine sees it: what would be mounted is in a
 * temporary folder.
 * @param contents in place of the usual ones, by the name of the setting
 */
export function environmentHere(
  all: Manifests,
  container: Item,
  contents: Record<string, string> = {},
): Record<string, string> {
  const env = environmentOf(all, container);
  const mounts = (container.volumeMounts as Item[]).filter(({ readOnly }) => readOnly);
  const isMounted = (value: string) =>
    mounts.some(({ mountPath }) => value.startsWith(`${mountPath}/`));
  const named = Object.entries(env).filter(([, value]) => isMounted(value));
  const files = named.map(([name, path]) => {
    const [setting = name] = Object.hasOwn(usualContents, name) ? [name] : name.split(/_FILE$/);
    return [path, contents[setting] ?? usualContents[setting] ?? 'content'];
  });
  const folder = temporaryFolder(Object.fromEntries(files));
  return { ...env, ...Object.fromEntries(named.map(([name, path]) => [name, join(folder, path)])) };
}
