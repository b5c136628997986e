import type { IncomingMessage, ServerResponse } from 'node:http';
import helmet from 'helmet';
import type { RequestHandler, Response } from 'express';

/**
 * Security headers for all responses. Pages must not be cached or indexed; static files replace
 * `Cache-Control` by their own.
 * @param isSecure whether the public address is https
 */
export function securityHeaders(home: { isSecure: boolean }): RequestHandler {
  const headers = headersOf(home);
  return function securityHeaders(_req, res, next) {
    for (const [name, value] of headers) res.setHeader(name, value);
    next();
  };
}

/**
 * The headers, each with its name as it is sent. They are the same for all responses, so `helmet` is
 * asked once: its thirteen handlers would take as long as the view.
 */
function headersOf({ isSecure }: { isSecure: boolean }): [name: string, value: string][] {
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
  const headers = new Map<string, string>();
  const res = {
    setHeader: (name: string, value: string) => headers.set(name, value),
    removeHeader: (name: string) => headers.delete(name),
  };
  helmetHeaders({} as IncomingMessage, res as unknown as ServerResponse, (fault?: unknown) => {
    if (fault !== undefined) throw fault;
  });
  return [...headers, ['Cache-Control', 'no-store'], ['X-Robots-Tag', 'noindex']];
}

/** Lets this page run scripts from addresses of ours: sign-in alone has one, see `public/sign-in.js`. */
export function allowOwnScript(res: Response): void {
  const name = 'Content-Security-Policy';
  const policy = String(res.getHeader(name));
  res.setHeader(name, policy.replace("script-src 'none'", "script-src 'self'"));
}

/** The same headers by name, for answers that are given before the app sees a request. */
export function rawHeaders(home: { isSecure: boolean }): Record<string, string> {
  return Object.fromEntries(headersOf(home));
}
