import type { OAuth2Client } from '@portico/hydra-admin';
import { isChecked, type ConsentPolicy } from '../policy/consent.ts';
import { isImitation } from '../policy/lookalike.ts';
import { appView, imitationView, returnHostOf, type AppView } from './app-view.ts';
import { clientBrand } from './client-brand.ts';
import type { ClientLogos } from './client-logos.ts';

/** Apps as our screens show them. */
export interface Apps {
  /**
   * What a client brings of its own counts only if somebody has checked it; one that nobody has
   * checked and that calls itself like the house is shown by its host.
   * @param requestUrl of the authorization request; empty where there is none
   * @param isDevice whether the answer goes to a device instead of a host
   * @param nameless the words for an app without a name or a host: `lookalike.app`
   */
  viewOf(client: OAuth2Client, about: About): AppView;
}

interface About {
  requestUrl: string;
  isDevice: boolean;
  nameless: string;
}

interface Options {
  /** What people know the house by. */
  house: { name: string; shortName: string };
  policy: ConsentPolicy;
  logos: ClientLogos;
}

export function createApps({ house, policy, logos }: Options): Apps {
  return {
    viewOf(client, { requestUrl, isDevice, nameless }) {
      const app = appView(client);
      const isTrusted = isChecked(client, policy);
      const leadsTo = isDevice ? undefined : returnHostOf(requestUrl, client);
      // A scheme of its own is no host, and could be called anything, such as `portico:`.
      const host = isTrusted || !leadsTo?.endsWith(':') ? leadsTo : undefined;
      const names = [house.name, house.shortName];
      if (isImitation(client, { name: app.name, house: names, policy })) {
        return imitationView(client, { host, nameless });
      }
      const brand = isTrusted ? clientBrand(client) : undefined;
      const logo = isTrusted ? logos.addressFor(client) : undefined;
      return { host, brand, logo, ...app };
    },
  };
}
