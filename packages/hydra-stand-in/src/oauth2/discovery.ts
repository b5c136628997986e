import { Router } from 'express';
import type { Context } from './context.ts';

/**
 * `/.well-known/openid-configuration` (OpenID Connect Discovery 3) and `/.well-known/jwks.json`.
 */
export function discoveryRoutes({ urls, keys, profile }: Context): Router {
  const {
    deviceFlow: hasDevices,
    formPost: hasFormPost,
    credentials: hasCredentials,
  } = profile.has;
  const grantTypes = asTheRealServerSays.grant_types_supported.filter(
    (type) => hasDevices || !type.endsWith(':device_code'),
  );
  const metadata = {
    issuer: urls.issuer,
    authorization_endpoint: `${urls.public}/oauth2/auth`,
    ...(hasDevices && { device_authorization_endpoint: `${urls.public}/oauth2/device/auth` }),
    token_endpoint: `${urls.public}/oauth2/token`,
    jwks_uri: `${urls.public}/.well-known/jwks.json`,
    userinfo_endpoint: `${urls.public}/userinfo`,
    revocation_endpoint: `${urls.public}/oauth2/revoke`,
    end_session_endpoint: `${urls.public}/oauth2/sessions/logout`,
    ...asTheRealServerSays,
    grant_types_supported: grantTypes,
    response_modes_supported: ['query', 'fragment', ...(hasFormPost ? ['form_post'] : [])],
    ...(hasCredentials && {
      credentials_endpoint_draft_00: `${urls.public}/credentials`,
      ...withCredentials,
    }),
  };
  return Router()
    .get('/.well-known/openid-configuration', (_req, res) => void res.json(metadata))
    .get('/.well-known/jwks.json', (_req, res) => void res.json(keys.jwks()));
}

/**
 * Word for word what clients find at a real server, so that they choose as they would there. It
 * promises more than the stand-in keeps: response types with `token`, request objects,
 * `private_key_jwt`, signed userinfo and credentials are not served here, and `plain` is refused
 * there too.
 */
const asTheRealServerSays = {
  subject_types_supported: ['public'],
  response_types_supported: [
    'code',
    'code id_token',
    'id_token',
    'token id_token',
    'token',
    'token id_token code',
  ],
  claims_supported: ['sub'],
  grant_types_supported: [
    'authorization_code',
    'implicit',
    'client_credentials',
    'refresh_token',
    'urn:ietf:params:oauth:grant-type:device_code',
  ],
  scopes_supported: ['offline_access', 'offline', 'openid'],
  token_endpoint_auth_methods_supported: [
    'client_secret_post',
    'client_secret_basic',
    'private_key_jwt',
    'none',
  ],
  userinfo_signing_alg_values_supported: ['none', 'RS256'],
  id_token_signing_alg_values_supported: ['RS256'],
  request_parameter_supported: true,
  request_uri_parameter_supported: true,
  require_request_uri_registration: true,
  claims_parameter_supported: false,
  backchannel_logout_supported: true,
  backchannel_logout_session_supported: true,
  frontchannel_logout_supported: true,
  frontchannel_logout_session_supported: true,
  request_object_signing_alg_values_supported: ['none', 'RS256', 'ES256'],
  code_challenge_methods_supported: ['plain', 'S256'],
};

const withCredentials = {
  id_token_signed_response_alg: ['RS256'],
  userinfo_signed_response_alg: ['RS256'],
  credentials_supported_draft_00: [
    {
      format: 'jwt_vc_json',
      types: ['VerifiableCredential', 'UserInfoCredential'],
      cryptographic_binding_methods_supported: ['jwk'],
      cryptographic_suites_supported: [
        'PS256',
        'RS256',
        'ES256',
        'PS384',
        'RS384',
        'ES384',
        'PS512',
        'RS512',
        'ES512',
        'EdDSA',
      ],
    },
  ],
};
