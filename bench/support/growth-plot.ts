/** Growth as an SVG: one panel each, time over size, with a straight line through the first and last as a measure. */

export interface GrowthPanel {
  readonly title: string;
  readonly xTitle: string;
  readonly lines: readonly GrowthLine[];
}

export interface GrowthLine {
  readonly name: string;
  readonly points: readonly { readonly x: number; readonly seconds: number }[];
}

const WIDTH = 320;
const HEIGHT = 240;
const MARGIN = { left: 48, right: 16, top: 32, bottom: 44 };

/** Told apart without colours as well. */
const STROKES = ['', '6 3', '2 3'];
const COLOURS = ['#0b57d0', '#6b6b6b', '#a0522d'];

export function growthPlot(panels: readonly GrowthPanel[]): string {
  const body = panels
    .map((panel, i) => `<g transform="translate(${i * WIDTH} 0)">${panelMarks(panel)}</g>`)
    .join('\n');
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH * panels.length} ${HEIGHT}" font-family="system-ui, sans-serif" font-size="11">
<title>Time over the size of the work</title>
<rect width="100%" height="100%" fill="#ffffff"/>
${body}
</svg>
`;
}

function panelMarks({ title, xTitle, lines }: GrowthPanel): string {
  const points = lines.flatMap((line) => line.points);
  const xMost = Math.max(...points.map(({ x }) => x));
  const yMost = niceMost(Math.max(...points.map(({ seconds }) => seconds)));
  const x = (value: number) => MARGIN.left + (value / xMost) * (WIDTH - MARGIN.left - MARGIN.right);
  const y = (value: number) =>
    HEIGHT - MARGIN.bottom - (value / yMost) * (HEIGHT - MARGIN.top - MARGIN.bottom);
  const marks = [
    text(MARGIN.left, 18, title, 'font-weight="600"'),
    text((MARGIN.left + WIDTH - MARGIN.right) / 2, HEIGHT - 8, xTitle, 'text-anchor="middle"'),
    text(8, MARGIN.top - 4, 's'),
    ...[0, yMost / 2, yMost].map(
      (value) =>
        `<path d="M${MARGIN.left} ${y(value)}H${WIDTH - MARGIN.right}" stroke="#dddddd"/>${text(MARGIN.left - 6, y(value) + 4, `${value}`, 'text-anchor="end"')}`,
    ),
    ...[0, xMost].map((value) =>
      text(x(value), HEIGHT - MARGIN.bottom + 14, `${value}`, 'text-anchor="middle"'),
    ),
    ...lines.map((line, i) => lineMarks(line, i, x, y)),
  ];
  return marks.join('\n');
}

function lineMarks(
  { name, points }: GrowthLine,
  index: number,
  x: (value: number) => number,
  y: (value: number) => number,
): string {
  const colour = COLOURS[index % COLOURS.length];
  const path = points.map((point) => `${x(point.x).toFixed(1)} ${y(point.seconds).toFixed(1)}`);
  const dots = points.map(
    (point) =>
      `<circle cx="${x(point.x).toFixed(1)}" cy="${y(point.seconds).toFixed(1)}" r="2.5" fill="${colour}"/>`,
  );
  const last = points.at(-1);
  const label = last
    ? text(x(last.x), y(last.seconds) - 7, name, `text-anchor="end" fill="${colour}"`)
    : '';
  return `<path d="M${path.join('L')}" fill="none" stroke="${colour}" stroke-width="1.5" stroke-dasharray="${STROKES[index % STROKES.length]}"/>${dots.join('')}${label}`;
}

function text(x: number, y: number, content: string, attributes = ''): string {
  const escaped = content.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
  return `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}" ${attributes}>${escaped}</text>`;
}

/** The next of 1, 2, 4, 10, 20, 40, ... */
function niceMost(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value));
  return ([1, 2, 4, 10].find((step) => step * power >= value) ?? 10) * power;
}
