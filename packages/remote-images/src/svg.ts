/** What may stand before the first element. A document type with brackets could define entities. */
const prologue = /\s+|<\?[^]*?\?>|<!--[^]*?-->|<!DOCTYPE[^[>]*>/y;
const root = /<(?:[\w-]+:)?svg[\s/>]/y;
const motion = /<(?:[\w-]+:)?(?:animate|set\b)|@(?:-\w+-)?keyframes/i;

/**
 * Whether bytes are an SVG that stands still: UTF-8, in the namespace of SVG, without entities, which
 * can make a bomb of a few lines. Scripts and references in it do nothing where it is shown as a
 * picture.
 */
export function isSvg(bytes: Buffer): boolean | 'animated' {
  const text = textOf(bytes);
  if (text === undefined) return false;
  let at = 0;
  for (;;) {
    prologue.lastIndex = at;
    if (!prologue.test(text)) break;
    at = prologue.lastIndex;
  }
  root.lastIndex = at;
  if (!root.test(text) || !text.includes('http://www.w3.org/2000/svg')) return false;
  return motion.test(text) ? 'animated' : true;
}

function textOf(bytes: Buffer): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}
