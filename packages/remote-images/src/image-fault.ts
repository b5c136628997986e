/**
 * Why there is no picture:
 * - `address`: no https address, or with a password, or with a port of its own;
 * - `private_address`: its host is not in the public internet;
 * - `unknown_host`, `unreachable`, `timeout`;
 * - `status`: another one than 200; `redirects`: too many, or to no address;
 * - `too_large`, in bytes; `encoded`: compressed, although that was not asked for;
 * - `type`: not a PNG, JPEG, WebP or SVG; `animated`; `dimensions`: too many pixels, or none.
 */
export type Reason =
  | 'address'
  | 'private_address'
  | 'unknown_host'
  | 'unreachable'
  | 'timeout'
  | 'status'
  | 'redirects'
  | 'too_large'
  | 'encoded'
  | 'type'
  | 'animated'
  | 'dimensions';

/** No picture, and why. `detail` is a status or the code of a system error, never an address. */
export class ImageFault extends Error {
  readonly reason: Reason;
  readonly detail: string | undefined;

  constructor(reason: Reason, detail?: string) {
    super(detail === undefined ? reason : `${reason} (${detail})`);
    this.name = 'ImageFault';
    this.reason = reason;
    this.detail = detail;
  }
}
