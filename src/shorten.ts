/** What comes from outside and stands in a message: as much of it as says which it is. */

/** Longer values are cut; no name of a tensor, a class or a setting is. */
const LONGEST = 200;

/** As it is, or its beginning and an ellipsis. */
export function shorten(text: string, longest: number = LONGEST): string {
  return text.length > longest ? `${text.slice(0, longest)}…` : text;
}

/** A path may be as long; what has more characters without a space among them is no word that somebody reads. */
const LONGEST_RUN = 1000;
const LONG_RUN = new RegExp(`\\S{${LONGEST_RUN + 1},}`, 'g');

/** A message in which nothing foreign goes on for pages. */
export function squeeze(message: string): string {
  return message.replace(LONG_RUN, (run) => shorten(run));
}
