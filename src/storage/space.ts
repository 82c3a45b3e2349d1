/** Room for what is to be written. */
import { KEPT } from './cache';
import type { LibraryContext } from './context';
import { keysUnder } from './keys';
import { readSpace, type Space } from './usage';

/** The space there is; where that is too little, what is kept makes room first. */
export async function spaceFor({ database }: LibraryContext, size: number): Promise<Space> {
  const space = await readSpace(0);
  if (space.available === null || size <= space.available) return space;
  await database
    .atomically('readwrite', async (store) => {
      for (const prefix of [KEPT.values, KEPT.uses]) store.delete(keysUnder(prefix));
    })
    // Whoever needs the room says that there is none.
    .catch(() => undefined);
  return readSpace(0);
}
