import { isIP } from 'node:net';

const thisMachine = /^(localhost|127(\.\d+){3}|::1)$/;

/**
 * Whether a request names, in its header `Host`, who is asked at a port that only this machine reaches. A
 * web page in a browser on this machine could ask it by a name of its own that leads to 127.0.0.1 (DNS
 * rebinding), and the browser would let it read the answer. Such a name has a dot in it.
 * @param listensOn where the port listens, `undefined` for all addresses: others reach it then, by any name
 * @param asked the header
 */
export function isAskedRightly(listensOn: string | undefined, asked: string | undefined): boolean {
  if (listensOn === undefined || !thisMachine.test(listensOn) || asked === undefined) return true;
  const [, bracketed, plain = ''] = /^(?:\[([^\]]*)\]|([^:]*))(?::\d*)?$/.exec(asked) ?? [];
  const name = (bracketed ?? plain).toLowerCase().replace(/\.$/, '');
  return isIP(name) > 0 || name.endsWith('.localhost') || !/[.:]/.test(name);
}
