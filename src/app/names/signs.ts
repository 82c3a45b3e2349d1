/** A text as the signs that people see, some of which are several code points. */

let segmenter: Intl.Segmenter | null | undefined;

/** Its signs in order; its code points where the browser cannot tell (none before 2024 in Firefox, none under `LANG=C` in WebKitGTK). */
export function signsOf(text: string): string[] {
  segmenter ??= makeSegmenter();
  if (segmenter === null) return Array.from(text);
  return Array.from(segmenter.segment(text), ({ segment }) => segment);
}

function makeSegmenter(): Intl.Segmenter | null {
  try {
    return new Intl.Segmenter('en', { granularity: 'grapheme' });
  } catch {
    return null;
  }
}
