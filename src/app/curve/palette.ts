/** Colours of the plot, read from the page's custom properties at every drawing, so that light and dark just work. */

export type Colour = (name: string) => string;

/** Lines of tasks beyond these repeat their colours. */
export const TASK_COLOURS = 8;

export function pageColours(element: Element): Colour {
  const style = getComputedStyle(element);
  return (name) => style.getPropertyValue(name);
}

/** Name of the custom property for the line of the task at this place. */
export function taskColour(place: number): string {
  return `--task-${(place % TASK_COLOURS) + 1}`;
}
