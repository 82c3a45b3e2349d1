/** How values of a heat map are shown: as text and as a colour. */

/** Three decimals and a true minus sign: `0.042`, `−0.310`. */
export function formatCosine(cosine: number): string {
  const text = Math.abs(cosine).toFixed(3);
  return cosine < 0 && Number(text) !== 0 ? `−${text}` : text;
}

/** The stronger the larger the magnitude, in one colour above zero and another below; the text stays readable on either. */
export function heat(value: number): { readonly backgroundColor: string } {
  const share = Math.round(Math.min(1, Math.abs(value) || 0) * MOST_COLOUR);
  const colour = value < 0 ? 'var(--error)' : 'var(--expert)';
  return { backgroundColor: `color-mix(in srgb, ${colour} ${share}%, transparent)` };
}

/** Per cent of the colour at 1: the page's ink keeps its contrast on it. */
const MOST_COLOUR = 45;
