import helmet from 'helmet';
import type { RequestHandler } from 'express';

/**
 * Security headers for all responses. Pages must not be cached or indexed; static files replace
 * `Cache-Control` by their own.
 * @param isSecure whether the public address is https
 */
export function securityHeaders({ isSecure }: { isSecure: boolean }): RequestHandler[] {
  const helmetHeaders = helmet({
    contentSecurityPolicy: {
      useDefaults: false,
      // No form-action: browsers apply it to all redirects after a form, including the app's own.
      directives: {
        defaultSrc: ["'none'"],
        scriptSrc: ["'none'"],
        styleSrc: ["'self'"],
        imgSrc: ["'self'"],
        fontSrc: ["'self'"],
        frameAncestors: ["'none'"],
        baseUri: ["'none'"],
        upgradeInsecureRequests: isSecure ? [] : null,
      },
    },
    // Apps may open the sign-in in a pop-up window, and need to see when it closes.
    crossOriginOpenerPolicy: false,
    // Addresses hold challenges. With `no-referrer`, our own forms would send `Origin: null`.
    referrerPolicy: { policy: 'same-origin' },
    strictTransportSecurity: isSecure && { maxAge: 31_536_000, includeSubDomains: false },
    xFrameOptions: { action: 'deny' },
  });
  return [helmetHeaders, pageHeaders];
}

const pageHeaders: RequestHandler = function pageHeaders(_req, res, next) {
  res.setHeader('Cache-Control', 'no-store');
  res.setHeader('X-Robots-Tag', 'noindex');
  next();
};
