/** `src/main.ts` as an operator starts it, with a user store that is away the first `TRIES_AWAY` times. */
import { IdentityError } from '../../src/identity/backend.ts';
import { fileBackend } from '../../src/identity/file.ts';

const usual = { ...fileBackend };
let tries = 0;
fileBackend.create = async (...given) => {
  tries += 1;
  if (tries <= Number(process.env['TRIES_AWAY'])) throw new IdentityError('down', 'no route');
  return usual.create(...given);
};
await import('../../src/main.ts');
