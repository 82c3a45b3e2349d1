/** Prompt templates: `{}` or FusionBench's `{c}` is where the class name goes. */

export const DEFAULT_TEMPLATE = 'a photo of a {}';

const PLACE = /\{c?\}/g;

/** Has the template a place for the class name? */
export function hasPlace(template: string): boolean {
  return template.search(PLACE) >= 0;
}

/** The template with the class name in every place for it. */
export function fillTemplate(template: string, classname: string): string {
  // A function: in a replacement string `$&` and the like would be patterns.
  return template.replace(PLACE, () => classname);
}
