import type { Response } from 'express';
import { formFault } from '../web/csrf.ts';
import { localeOf } from './locale.ts';

/** A message above the form of a page. */
export interface Notice {
  kind: 'danger' | 'caution' | 'good' | 'neutral';
  title: string;
  text: string;
  /** A link behind the text. */
  way?: { href: string; label: string };
}

/** Says why the posted form was refused; `undefined` when it was not. */
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
