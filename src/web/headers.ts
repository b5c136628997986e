import helmet from 'helmet';
import type { RequestHandler, Response } from 'express';
import type { IncomingMessage } from 'node:http';

/**
 * Security headers for everything we send, and `no-store` and `noindex` for every page; static
 * files put their own caching in its place. The set depends on nothing but the public address, so
 * it is made once.
 * @param isSecure whether the public address is https
 */
export function securityHeaders({ isSecure }: { isSecure: boolean }): RequestHandler {
  const headers = [
    ...headersOf(isSecure),
    ['Cache-Control', 'no-store'],
    ['X-Robots-Tag', 'noindex'],
  ];
  return function securityHeaders(_req, res, next) {
    for (const [name, value] of headers) res.setHeader(name!, value!);
    next();
  };
}

function headersOf(isSecure: boolean): [string, string][] {
  const headers = new Map<string, string>();
  const recorder = {
    setHeader: (name: string, value: string) => headers.set(name, value),
    removeHeader: (name: string) => headers.delete(name),
  };
  helmetFor(isSecure)({} as IncomingMessage, recorder as unknown as Response, (error) => {
    if (error) throw error as Error;
  });
  return [...headers];
}

function helmetFor(isSecure: boolean) {
  return helmet({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'none'"],
        scriptSrc: ["'none'"],
        styleSrc: ["'self'"],
        imgSrc: ["'self'"],
        frameAncestors: ["'none'"],
        baseUri: ["'none'"],
        upgradeInsecureRequests: isSecure ? [] : null,
      },
    },
    // Apps open the sign-in in a pop-up window and must be able to see it close.
    crossOriginOpenerPolicy: false,
    // Without it pages would send `Origin: null` with their own forms.
    referrerPolicy: { policy: 'same-origin' },
    strictTransportSecurity: isSecure && { maxAge: 31_536_000, includeSubDomains: false },
    xFrameOptions: { action: 'deny' },
  });
}
