/** Pictures that could not be read, for people and reports. */
import type { UnreadableImage } from './tally';

/** A picture that could not be read, and so is in none of the numbers. */
export interface UnreadablePicture {
  readonly image: string;
  readonly reason: string;
}

/** Names and reasons of what a tally has passed over. */
export function unreadablePictures(
  unreadable: readonly UnreadableImage[],
  names: readonly string[],
): UnreadablePicture[] {
  return unreadable.map(({ index, reason }) => {
    const image = names[index] ?? `image ${index}`;
    // Reasons begin with the name, which stands beside them here.
    const prefix = `${image}: `;
    return { image, reason: reason.startsWith(prefix) ? reason.slice(prefix.length) : reason };
  });
}
