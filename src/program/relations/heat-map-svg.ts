/** A table of cosines as a heat map: an SVG on white, each cell with its value. */

/** What FusionBench's figure is called, with another ending: it writes a PDF. */
export const HEAT_MAP_FILE = 'task_vector_cos_similarity.svg';

/** What every one begins with, by which an earlier one is known. */
export const SVG_BEGINNING = '<svg xmlns="http://www.w3.org/2000/svg"';

const CELL = { width: 64, height: 32 };
const FONT_SIZE = 12;
/** Of a character, about; names are not measured where there is no page. */
const CHARACTER = 0.6 * FONT_SIZE;
const MARGIN = 8;
/** Names are shortened to it. */
const MAX_CHARACTERS = 32;

const POSITIVE = [11, 87, 208] as const;
const NEGATIVE = [179, 64, 20] as const;
const INK = '#1a1a1a';
/** From so strong a colour on, text on it is white. */
const DARK = 0.55;

/** @param cosines - a row for each name, -1..1 */
export function heatMapSvg(
  names: readonly string[],
  cosines: readonly (readonly number[])[],
): string {
  const shown = names.map(shortened);
  const longest = Math.max(0, ...shown.map(({ length }) => length));
  const left = MARGIN + Math.ceil(longest * CHARACTER) + MARGIN;
  const head = MARGIN + Math.ceil(longest * CHARACTER * Math.SQRT1_2) + MARGIN;
  // Names of columns lean to the right over the last.
  const width = left + names.length * CELL.width + head;
  const height = head + names.length * CELL.height + MARGIN;
  const x = (column: number) => left + column * CELL.width;
  const y = (row: number) => head + row * CELL.height;
  const baseline = (row: number) => y(row) + CELL.height / 2 + FONT_SIZE / 3;
  const columns = shown.map((name, i) => {
    const [atX, atY] = [x(i) + CELL.width / 2, head - MARGIN];
    return text(atX, atY, name, `transform="rotate(-45 ${atX} ${atY})"`);
  });
  const rows = shown.map((name, i) => text(left - MARGIN, baseline(i), name, 'text-anchor="end"'));
  const cells = cosines.flatMap((row, i) =>
    row.map((cosine, j) => {
      const strength = Number.isFinite(cosine) ? Math.min(1, Math.abs(cosine)) : 0;
      const fill = strength > DARK ? '#ffffff' : INK;
      const box = `<rect x="${x(j)}" y="${y(i)}" width="${CELL.width}" height="${CELL.height}" fill="${colour(cosine, strength)}" stroke="#ffffff"/>`;
      const middle = x(j) + CELL.width / 2;
      return (
        box + text(middle, baseline(i), valueText(cosine), `text-anchor="middle" fill="${fill}"`)
      );
    }),
  );
  return `${SVG_BEGINNING} viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" font-family="system-ui, sans-serif" font-size="${FONT_SIZE}" fill="${INK}">
<title>Cosines between task vectors</title>
<rect width="100%" height="100%" fill="#ffffff"/>
${[...columns, ...rows, ...cells].join('\n')}
</svg>
`;
}

function shortened(name: string): string {
  const characters = [...name];
  if (characters.length <= MAX_CHARACTERS) return name;
  return `…${characters.slice(1 - MAX_CHARACTERS).join('')}`;
}

/** From white to the sign's own colour. */
function colour(cosine: number, strength: number): string {
  const full = cosine < 0 ? NEGATIVE : POSITIVE;
  return `rgb(${full.map((channel) => Math.round(255 + (channel - 255) * strength)).join(',')})`;
}

function valueText(cosine: number): string {
  return Number.isFinite(cosine) ? cosine.toFixed(2).replace('-', '−') : '–';
}

function text(x: number, y: number, content: string, attributes: string): string {
  const escaped = content.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
  return `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}" ${attributes}>${escaped}</text>`;
}
