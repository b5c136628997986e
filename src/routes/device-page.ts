/** What the screens for a device code show, and what their forms hold. */
import type { Request, Response } from 'express';
import type { Parts } from '../assemble.ts';
import type { Step } from '../challenge/step.ts';
import { withoutInvisible } from '../identity/login-key.ts';
import { localeOf } from '../screens/locale.ts';
import { refusalNotice } from '../screens/notice.ts';
import { postedText } from '../web/form.ts';

type Needs = Pick<Parts, 'addresses'>;

/** Why a code was not taken, or the seconds until the next attempt is allowed. */
export type CodeRefused = 'missing' | 'wrong' | { seconds: number };

export interface DeviceForm {
  /** As it was typed. */
  typed: string;
  /** The code that came with the address and was compared; empty when it was typed. */
  given: string;
}

const longestCode = 64;
/** The hidden field of the page on which a code is only compared. */
const givenField = 'given_code';

export function readForm(req: Request): DeviceForm {
  return {
    typed: postedText(req, 'user_code'),
    given: normalised(postedText(req, givenField)),
  };
}

/** Asks for the code. */
export function showForm(
  { addresses }: Needs,
  res: Response,
  step: Step,
  { typed = '', refused }: { typed?: string; refused?: CodeRefused } = {},
): void {
  const { lang, time } = localeOf(res);
  const seconds = typeof refused === 'object' ? refused.seconds : undefined;
  if (refused) res.status(seconds === undefined ? 400 : 429);
  if (seconds !== undefined) res.setHeader('Retry-After', String(seconds));
  res.render('device', {
    ...step.form({ startAgain: addresses.enterCode, lang }),
    code: withoutInvisible(typed).slice(0, longestCode),
    isMissing: refused === 'missing',
    isWrong: refused === 'wrong',
    wait: seconds === undefined ? undefined : time(seconds),
    notice: refusalNotice(res),
  });
}

/**
 * Asks whether a code that came with the address is the one on the device. It is shown as it will be
 * sent, so that nobody compares another.
 * @param given as `normalised` gives it
 */
export function showGiven({ addresses }: Needs, res: Response, step: Step, given: string): void {
  const { hidden } = step.form({ startAgain: addresses.enterCode, lang: localeOf(res).lang });
  res.render('device-given', {
    hidden: { ...hidden, [givenField]: given },
    code: inFours(given),
    notice: refusalNotice(res),
  });
}

/**
 * What stands between the letters of a code, and what keyboards and editors make of it: every space,
 * dash, dot and middle dot, the minus sign, and the long vowel mark of Japanese, which is on the key
 * of the hyphen.
 */
const separators = /[\s\p{Pd}\u2212\u02D7\u2043\u2500\u2796ー.。·・•‧∙⋅]/gu;

/**
 * The code as the OAuth2 server compares it: only its letters, full-width ones made usual (NFKC). The
 * case stays, because it matters to the server.
 */
export function normalised(code: string): string {
  const bare = (text: string) => withoutInvisible(text).replace(separators, '');
  // Cut first: the time to normalise many combining marks grows with the square of their number.
  const letters = bare(code).slice(0, longestCode).normalize('NFKC');
  return bare(letters).slice(0, longestCode);
}

function inFours(code: string): string {
  return code.replace(/.{4}(?=.)/gsu, '$& ');
}
