/** What tests of this room and of the page do to a library: what the program does, in one step. */
import type { ImportOptions, ImportRequest, ItemKind, Json, Library, StoredItem } from './types';

/** Stages a model and commits it; what was staged goes where that fails. */
export const addModel = (
  library: Library,
  request: ImportRequest,
  options?: ImportOptions,
): Promise<StoredItem> => add(library, 'stageModel', request, options);

export const addImageSet = (library: Library, request: ImportRequest): Promise<StoredItem> =>
  add(library, 'stageImageSet', request, undefined);

async function add(
  library: Library,
  stage: 'stageModel' | 'stageImageSet',
  request: ImportRequest,
  options: ImportOptions | undefined,
): Promise<StoredItem> {
  const staged = await library[stage](request, options);
  try {
    await library.transact(() => ({ commit: [{ staged, entry: { shown: request.name } }] }));
  } catch (error) {
    await staged.discard();
    throw error;
  }
  const item = await library.getItem(staged.id);
  if (!item) throw new Error(`${request.name} was committed and is not there.`);
  return item;
}

export const removeItem = (library: Library, id: string) =>
  library.transact(() => ({ remove: [id] }));

export const setSetting = (library: Library, name: string, value: Json | undefined) =>
  library.transact(() => ({ settings: { [name]: value } }));

/** In order of import. */
export async function listItems(library: Library, kind: ItemKind): Promise<StoredItem[]> {
  const { items } = await library.read();
  const found = await Promise.all(
    items.filter((item) => item.kind === kind).map(({ id }) => library.getItem(id)),
  );
  return found.filter((item) => item !== undefined);
}
