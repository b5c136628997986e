import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import helmet from 'helmet';
import type { Request, RequestHandler, Response } from 'express';

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
        manifestSrc: ["'self'"],
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

/** Lets this page run scripts from addresses of ours: sign-in alone has one, see `public/sign-in.js`. */
export function allowOwnScript(res: Response): void {
  const name = 'Content-Security-Policy';
  const policy = String(res.getHeader(name));
  res.setHeader(name, policy.replace("script-src 'none'", "script-src 'self'"));
}

const pageHeaders: RequestHandler = function pageHeaders(_req, res, next) {
  res.setHeader('Cache-Control', 'no-store');
  res.setHeader('X-Robots-Tag', 'noindex');
  next();
};

/** The same headers by name, for answers that are given before the app sees a request. */
export function rawHeaders(home: { isSecure: boolean }): Record<string, string> {
  const req = new IncomingMessage(new Socket());
  const res = new ServerResponse(req);
  for (const handler of securityHeaders(home)) {
    void handler(req as Request, res as Response, (fault?: unknown) => {
      if (fault !== undefined) throw fault;
    });
  }
  const entries = Object.entries(res.getHeaders()).map(([name, value]) => [
    name.replace(/\b[a-z]/g, (letter) => letter.toUpperCase()),
    String(value),
  ]);
  return Object.fromEntries(entries) as Record<string, string>;
}
