/** The backend `ldap` with a real directory. */
import { afterAll, beforeAll, test } from '@jest/globals';
import { notRun } from '../support/not-run.ts';
import { openBackend } from '../support/open-backend.ts';
import { peopleSettingsFor, startPeopleDirectory } from '../support/directory.ts';
import { certificate, slapdMissing, type Slapd } from '../support/slapd.ts';
import { describeIdentity } from './contract.ts';
import { describeStoreAway } from './contract-away.ts';

const name = 'a directory';
if (slapdMissing) {
  notRun('the backend ldap with a real directory', slapdMissing);
  test.todo('signs people in from a real directory'); // a file without tests is a fault to Jest
} else {
  let slapd: Slapd;
  beforeAll(async () => {
    slapd = await startPeopleDirectory();
  });
  afterAll(() => slapd.close());

  describeIdentity(
    name,
    async () => (await openBackend('ldap', peopleSettingsFor(slapd))).identity,
  );

  describeIdentity(`${name} over TLS`, async () => {
    const env = { LDAP_URL: slapd.secureUrl, LDAP_CA_FILE: certificate.file };
    return (await openBackend('ldap', { ...peopleSettingsFor(slapd), ...env })).identity;
  });

  describeStoreAway(name, async () => {
    const { identity } = await openBackend('ldap', peopleSettingsFor(slapd));
    return { identity, goAway: () => slapd.stop(), comeBack: () => slapd.start() };
  });
}
