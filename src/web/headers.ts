import helmet from 'helmet';
import type { RequestHandler } from 'express';

/**
 * Security headers for everything we send. Pages are neither stored nor found by search engines;
 * static files put their own caching in its place.
 * @param isSecure whether the public address is https
 */
export function securityHeaders({ isSecure }: { isSecure: boolean }): RequestHandler[] {
  const helmetHeaders = helmet({
    contentSecurityPolicy: {
      useDefaults: false,
      // No form-action: browsers apply it to every redirect after a form, the app's own included.
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
    // Apps open the sign-in in a pop-up window and must be able to see it close.
    crossOriginOpenerPolicy: false,
    // Without it pages would send `Origin: null` with their own forms.
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
