import type { Response } from 'express';
import type { WayRefusal } from '../identity/backend.ts';
import { localeOf } from './locale.ts';
import type { Notice } from './notice.ts';

/** Why a browser came back from another site, of this name, without a person; `late`: after too long. */
export interface WayFailed {
  way: string;
  refused: WayRefusal | 'late';
}

interface Face {
  status: number;
  kind: Notice['kind'];
  words: string;
}

/** What another site answers is not ours: a bad answer and none at all have the codes of a gateway. */
const faces: Record<WayFailed['refused'], Face> = {
  cancelled: { status: 400, kind: 'neutral', words: 'login.way_cancelled' },
  late: { status: 400, kind: 'neutral', words: 'login.way_late' },
  stale: { status: 400, kind: 'caution', words: 'login.way_stale' },
  unproven: { status: 502, kind: 'danger', words: 'login.way_unproven' },
  unavailable: { status: 503, kind: 'caution', words: 'login.way_unavailable' },
};

export const statusOfWay = ({ refused }: WayFailed): number => faces[refused].status;

export function wayNotice(res: Response, { way: provider, refused }: WayFailed): Notice {
  const { t } = localeOf(res);
  const { kind, words } = faces[refused];
  const title = t(`${words}.title`, { provider });
  return { kind, title, text: t(`${words}.text`, { provider }) };
}
