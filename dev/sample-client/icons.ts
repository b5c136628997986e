import { html, type Html } from './html.ts';

const icon = (drawing: string): Html =>
  html`<svg viewBox="0 0 24 24" aria-hidden="true">${{ markup: drawing }}</svg>`;

/** Drawings of the sample app. Words always stand beside them. */
export const icons = {
  leaf: icon(
    '<path d="M3 21C3 9 9 3 21 3c0 12-6 18-18 18z" fill="currentColor" stroke="none"/><path d="M8 16l6-6" stroke="#fff"/>',
  ),
  signIn: icon('<path d="M10 4h9v16h-9M3 12h11M10.5 8.5 14 12l-3.5 3.5"/>'),
  plus: icon('<path d="M12 4v16M4 12h16"/>'),
  tv: icon('<rect x="3" y="5" width="18" height="12" rx="1.5"/><path d="M8.5 20.5h7"/>'),
  lantern: icon(
    '<path d="M9 6.5V5a3 3 0 0 1 6 0v1.5M7.5 6.5h9L18 20H6zM5 20.5h14"/><path d="M12 10.5c1.5 2 2 2.800 2 3.800a2 2 0 0 1-4 0c0-1 .5-1.800 2-3.800z" fill="currentColor" stroke="none"/>',
  ),
};
