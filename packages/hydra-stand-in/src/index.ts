/** An OAuth2 server in memory that speaks the Ory Hydra protocol, for development and tests. */
export type { ClientBody } from './admin/client-record.ts';
export { loopbackAddresses, openPort, type LoopbackPort } from './oauth2/loopback-port.ts';
export { isProfile, profiles, type ProfileName } from './oauth2/profiles.ts';
export { startStandIn, type StandIn, type StandInOptions } from './oauth2/start-stand-in.ts';
