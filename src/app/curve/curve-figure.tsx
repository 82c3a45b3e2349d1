/** The curve as a picture for papers and slides: light, with its title, what it rests on, and its recipe. */
import type { CurvePoint, ExportedFile } from '../../state/types';
import { formatMany } from '../format';
import { type NamedTask, type Recipe, recipeLine } from './curve-files';
import { type PlotInputs, plotData } from './plot-data';
import { Current, PlotDrawing } from './plot-drawing';
import type { Frame } from './plot-frame';
import { fitText } from './text-width';

/** The light colours of `styles/tokens.css`, which a file cannot ask for. */
export const LIGHT: Readonly<Record<string, string>> = {
  '--panel': '#fdfcfa',
  '--ink': '#1c1d1f',
  '--ink-soft': '#5b5d61',
  '--line': '#e2ded5',
  '--line-strong': '#bdb8ac',
  '--control': '#87837a',
  '--merged': '#b5400c',
  '--merged-band': 'rgb(181 64 12 / 13%)',
  '--pretrained': '#5d6673',
  '--task-1': '#4c7fb8',
  '--task-2': '#5c9457',
  '--task-3': '#a86fa8',
  '--task-4': '#b08a2e',
  '--task-5': '#4d9c9c',
  '--task-6': '#c06a76',
  '--task-7': '#7d7bc4',
  '--task-8': '#8a7a66',
};

const FRAME: Frame = { width: 960, height: 460, left: 40, right: 24, top: 20, bottom: 34 };
const HEAD = 44;
const FOOT = 56;
const EDGE = 24;
const WIDTH = FRAME.width + 2 * EDGE;
const HEIGHT = FRAME.height + HEAD + FOOT + EDGE;
const FAMILY = 'Helvetica, Arial, sans-serif';
/** Dots for each pixel, for print. */
const PNG_SCALE = 2;

const light = (name: string): string => LIGHT[name] ?? 'currentColor';

export interface Figure extends Omit<PlotInputs, 'tasks' | 'current' | 'sample'> {
  /** The scaling factor on screen. */
  readonly factor: number;
  readonly tasks: readonly NamedTask[];
  readonly recipe: Recipe;
}

/** The figure as the text of an SVG file. */
export async function figureSvg(figure: Figure): Promise<string> {
  // Needed by nobody who takes no picture along.
  const { renderToStaticMarkup } = await import('react-dom/server');
  const markup = renderToStaticMarkup(<Drawing {...figure} />);
  return `<?xml version="1.0" encoding="UTF-8"?>\n${markup}`;
}

function Drawing(figure: Figure) {
  const { tasks, curve, recipe } = figure;
  const data = plotData({ ...figure, sample: null, current: scoreAt(curve, figure.factor) });
  const images = tasks.reduce((sum, { imageCount }) => sum + imageCount, 0);
  const basis = `n = ${formatMany(images, 'image')} of ${formatMany(tasks.length, 'task')}. The average is the unweighted mean over tasks, its band the 95 % interval.`;
  const line = fitText(recipeLine(recipe), `12px ${FAMILY}`, FRAME.width);
  return (
    <svg
      xmlns="http://www.w3.org/2000/svg"
      width={WIDTH}
      height={HEIGHT}
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      fontFamily={FAMILY}
    >
      <title>Zero-shot accuracy over the scaling factor</title>
      <rect width={WIDTH} height={HEIGHT} fill={LIGHT['--panel']} />
      <text x={EDGE} y={EDGE + 8} fontSize={18} fontWeight="bold" fill={LIGHT['--ink']}>
        Zero-shot accuracy over the scaling factor
      </text>
      <g transform={`translate(${EDGE} ${HEAD})`}>
        <PlotDrawing data={data} frame={FRAME} colour={light} family={FAMILY} />
        <Current data={data} frame={FRAME} colour={light} factor={figure.factor} />
      </g>
      <g fontSize={12} fill={LIGHT['--ink-soft']}>
        <text x={EDGE} y={HEAD + FRAME.height + 22}>
          {line}
        </text>
        <text x={EDGE} y={HEAD + FRAME.height + 42}>
          {basis}
        </text>
      </g>
    </svg>
  );
}

function scoreAt(curve: readonly CurvePoint[], factor: number) {
  return curve.find(({ scalingFactor }) => scalingFactor === factor)?.average ?? null;
}

export async function svgFile(figure: Figure): Promise<ExportedFile> {
  const file = new Blob([await figureSvg(figure)], { type: 'image/svg+xml' });
  return { name: 'accuracy_by_scaling_factor.svg', file };
}

/** @throws Error where the browser cannot draw it */
export async function pngFile(figure: Figure): Promise<ExportedFile> {
  const { file } = await svgFile(figure);
  const address = URL.createObjectURL(file);
  try {
    const image = new Image();
    image.src = address;
    await image.decode();
    const canvas = document.createElement('canvas');
    canvas.width = WIDTH * PNG_SCALE;
    canvas.height = HEIGHT * PNG_SCALE;
    canvas.getContext('2d')?.drawImage(image, 0, 0, canvas.width, canvas.height);
    const png = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, 'image/png'));
    if (png === null) {
      throw new Error('This browser could not draw the curve as PNG: the SVG holds the same.');
    }
    return { name: 'accuracy_by_scaling_factor.png', file: png };
  } finally {
    URL.revokeObjectURL(address);
  }
}
