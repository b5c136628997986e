import type { Request, Response } from 'express';
import { formFault, type Csrf } from './csrf.ts';
import { localeOf } from '../screens/locale.ts';

export interface Notice {
  kind: 'danger' | 'caution' | 'good' | 'neutral';
  title: string;
  text: string;
}

/** What every form of a challenge holds; with a notice when the last post was refused. */
export function formLocals(csrf: Csrf, req: Request, res: Response, challenge: string) {
  return {
    challenge,
    csrfToken: csrf.tokenFor(req, res),
    notice: refusalNotice(res),
    wayBack: undefined as string | undefined,
  };
}

/** Says why the post behind this page was refused; `undefined` on an ordinary page view. */
export function refusalNotice(res: Response): Notice | undefined {
  const { t } = localeOf(res);
  switch (formFault(res)) {
    case 'form_expired':
      return { kind: 'neutral', title: t('form.expired.title'), text: t('form.expired.text') };
    case 'cookies_blocked':
      return {
        kind: 'caution',
        title: t('error.cookies_blocked.title'),
        text: t('error.cookies_blocked.text'),
      };
    default:
      return undefined;
  }
}
