import { Router } from 'express';
import type { Parts } from '../assemble.ts';
import { methodUnknown } from '../screens/error-handler.ts';
import { leave } from '../web/leave.ts';
import { literalPath } from '../web/literal-path.ts';

const path = '/.well-known/change-password';

/**
 * Where password managers find the page for another password; there is none unless a setting names it.
 * It belongs to the whole host, so it is at its root and, for proxies that send us nothing else, below
 * the path of BASE_URL too.
 * @see https://www.w3.org/TR/change-password-url/
 */
export function changePasswordRoutes({ config }: Pick<Parts, 'config'>): Router {
  const { changePasswordUrl, forgotPasswordUrl } = config.account;
  const target = changePasswordUrl ?? forgotPasswordUrl;
  const router = Router();
  if (target === undefined) return router;
  const paths = [path, `${literalPath(config.web.baseUrl.path)}${path}`];
  router.get(paths, (_req, res) => leave(res, target));
  router.all(paths, methodUnknown('GET, HEAD'));
  return router;
}
