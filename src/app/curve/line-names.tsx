/** The names of a plot's lines at their ends, none of them over another. */
import { type Labelled, placeLabels } from './end-labels';
import type { PlotData } from './plot-data';
import { LABEL_SIZE, type Part, scalesOf } from './plot-frame';
import { place } from './scale';
import { fitText, textWidth } from './text-width';

/** The dotted line's name. */
const CHOOSING = 'to choose by';

const LABEL_GAP = 13;
/** Room between the end of a line and its name. */
const LABEL_AWAY = 16;
/** Less room than this beside the ends: names stand over the lines instead. */
const LABEL_ROOM = 64;
const LABEL_MOST = 150;

interface Ending extends Labelled {
  readonly key: string;
  readonly name: string;
  readonly colour: string;
  readonly bold: boolean;
}

interface NamesProps extends Part {
  /** The family that names are measured in. */
  readonly family: string;
}

/** The names of the lines at their ends. */
export function LineNames(props: NamesProps) {
  const choosingApart = choosingEndsApart(props);
  return (
    <>
      <EndNames {...props} choosingApart={choosingApart} />
      {choosingApart && <ChoosingName {...props} />}
    </>
  );
}

/** Those that end at the last value that is scored on all pictures, side by side. */
function EndNames({
  data,
  frame,
  colour,
  family,
  choosingApart,
}: NamesProps & { readonly choosingApart: boolean }) {
  const { x, y } = scalesOf(data, frame);
  const last = data.average.at(-1);
  if (last === undefined || data.average.length < 2) return null;
  const end = lastFactor(data);
  const endings: Ending[] = [
    {
      key: 'average',
      name: 'average',
      colour: '--merged',
      bold: true,
      y: place(last[1], y),
      weight: 3,
    },
    ...data.choosing.slice(-1).flatMap(([, percent]): Ending[] => {
      if (choosingApart) return [];
      return [
        {
          key: 'choosing',
          name: CHOOSING,
          colour: '--merged',
          bold: false,
          y: place(percent, y),
          weight: 2,
        },
      ];
    }),
    ...data.tasks.flatMap(({ id, name, colour: own, spots }): Ending[] => {
      const spot = spots.at(-1);
      return spot
        ? [{ key: id, name, colour: own, bold: false, y: place(spot[1], y), weight: 1 }]
        : [];
    }),
    ...(data.pretrained === null
      ? []
      : [
          {
            key: 'pretrained',
            name: 'pretrained',
            colour: '--pretrained',
            bold: false,
            y: place(data.pretrained, y),
            weight: 2,
          },
        ]),
  ];
  const room = x.end - place(end, x) - LABEL_AWAY;
  const beside = room >= LABEL_ROOM;
  const from = beside ? place(end, x) + LABEL_AWAY : x.end - 4;
  const width = beside ? room : Math.min(LABEL_MOST, (x.end - x.start) / 3);
  return (
    <g className="end-labels">
      {placeLabels(
        endings,
        LABEL_GAP,
        y.end + 6,
        y.start - (data.measured.length > 0 ? 20 : 6),
      ).map(({ item, y: middle }) => {
        const font = `${item.bold ? 'bold ' : ''}${LABEL_SIZE}px ${family}`;
        const text = fitText(item.name, font, width);
        const paper = textWidth(text, font) + 4;
        return (
          <g key={item.key}>
            {beside && Math.abs(middle - item.y) > 3 && (
              <line
                x1={from - LABEL_AWAY + 2}
                x2={from - 2}
                y1={item.y}
                y2={middle}
                stroke={colour(item.colour)}
                strokeWidth={0.75}
              />
            )}
            <rect
              x={beside ? from - 2 : from - paper + 2}
              y={middle - LABEL_SIZE / 2 - 0.5}
              width={paper}
              height={LABEL_SIZE + 1}
              fill={colour('--panel')}
              fillOpacity={0.85}
            />
            <text
              x={from}
              y={middle + LABEL_SIZE * 0.36}
              textAnchor={beside ? 'start' : 'end'}
              fontWeight={item.bold ? 'bold' : 'normal'}
              fill={colour(
                ['average', 'choosing', 'pretrained'].includes(item.key) ? item.colour : '--ink',
              )}
            >
              {text}
            </text>
          </g>
        );
      })}
    </g>
  );
}

/** Does the dotted line go so far beyond all others that its name fits at its own end, behind theirs? */
function choosingEndsApart({ data, frame, family }: NamesProps): boolean {
  const { x } = scalesOf(data, frame);
  const last = data.choosing.at(-1);
  const end = lastFactor(data);
  if (!last || last[0] <= end) return false;
  if (data.average.length < 2) return true;
  const names = ['average', 'pretrained', ...data.tasks.map(({ name }) => name)];
  const widest = Math.max(
    ...names.map((name) => textWidth(name, `bold ${LABEL_SIZE}px ${family}`)),
  );
  return place(last[0], x) - place(end, x) >= LABEL_AWAY + widest + LABEL_GAP;
}

/** The name of the dotted line there. */
function ChoosingName({ data, frame, colour }: Part) {
  const { x, y } = scalesOf(data, frame);
  const last = data.choosing.at(-1);
  if (!last) return null;
  const [across, up] = [place(last[0], x), place(last[1], y)];
  const beside = x.end - across >= LABEL_ROOM + LABEL_AWAY;
  return (
    <text
      x={beside ? across + 8 : across}
      y={beside ? up + 4 : Math.max(up - 8, y.end + LABEL_SIZE)}
      textAnchor={beside ? 'start' : 'end'}
      fill={colour('--merged')}
    >
      {CHOOSING}
    </text>
  );
}

/** Where the last of the lines that are scored on all pictures ends. */
function lastFactor({ average, tasks }: PlotData): number {
  const ends = [average, ...tasks.map(({ spots }) => spots)].map((spots) => spots.at(-1)?.[0]);
  return Math.max(...ends.map((end) => end ?? Number.NEGATIVE_INFINITY));
}
