/** How wide a text is, and as much of it as fits. */
import { signsOf } from '../names/signs';

let context: CanvasRenderingContext2D | null | undefined;

/** Width in CSS pixels; an estimate where there is nothing to measure with. */
export function textWidth(text: string, font: string): number {
  context ??=
    typeof OffscreenCanvas === 'undefined'
      ? null
      : document.createElement('canvas').getContext('2d');
  if (!context) return text.length * 7;
  context.font = font;
  return context.measureText(text).width;
}

/** The text, or its beginning with an ellipsis; no sign of more than one code point is cut in two. */
export function fitText(text: string, font: string, width: number): string {
  if (textWidth(text, font) <= width) return text;
  const signs = [...signsOf(text)];
  while (signs.length > 1 && textWidth(`${signs.join('')}…`, font) > width) signs.pop();
  return `${signs.join('')}…`;
}
