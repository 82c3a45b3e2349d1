/** Small JSON records by name. */
import { resultOf } from './database';
import { settingKey } from './keys';
import { guarded, type LibraryContext } from './records';
import type { Json } from './types';

export function getSetting(context: LibraryContext, name: string): Promise<Json | undefined> {
  return guarded(
    `Reading the setting "${name}"`,
    context.database.atomically('readonly', (store) =>
      resultOf<Json | undefined>(store.get(settingKey(name))),
    ),
  );
}

/** `undefined` removes it. */
export async function setSetting(
  context: LibraryContext,
  name: string,
  value: Json | undefined,
): Promise<void> {
  await guarded(
    `Keeping the setting "${name}"`,
    context.database.atomically('readwrite', (store) => {
      if (value === undefined) store.delete(settingKey(name));
      else store.put(value, settingKey(name));
    }),
  );
  context.announce({ what: 'setting', id: name });
}
