/** Strokes of the tasks' lines, by their place: eight colours, and beyond eight the same with other dashes. */

export const TASK_COLOURS = 8;

/** Each is told from the others without colour as well. `undefined` is a whole line. */
const DASHES: readonly (string | undefined)[] = [undefined, '7 3', '2 3', '9 3 2 3'];

export interface Stroke {
  /** Name of the custom property that holds the colour. */
  readonly colour: string;
  readonly dash: string | undefined;
}

/** 32 of them are distinct. */
export function taskStroke(place: number): Stroke {
  return {
    colour: `--task-${(place % TASK_COLOURS) + 1}`,
    dash: DASHES[Math.floor(place / TASK_COLOURS) % DASHES.length],
  };
}
