/**
 * Libraries of versions before items had records of their own: one setting listed what was in pool and tasks, and what it
 * did not list lay there unseen. To be deleted when nobody has such a library any more (written until version 0.1).
 */
import * as v from 'valibot';
import type { ItemEntry, Json, Library, LibraryRecords } from '../storage/types';
import { addModels } from './pool/edits';
import { changesBetween, lastOrder, type Records, readRecords, settingSchemas } from './records';
import { addTasks, type NewTask } from './tasks/edits';

const OLD_SETTING = 'studio';

const origin = v.picklist(['user', 'demo']);
const place = { id: v.string(), name: v.string(), origin, included: v.boolean() };
const oldSchema = v.object({
  pool: v.optional(
    v.object({
      baseId: v.nullable(v.string()),
      entries: v.array(v.object({ ...place, weight: v.number() })),
    }),
    { baseId: null, entries: [] },
  ),
  tasks: v.optional(
    v.array(
      v.object({ ...place, classnames: v.array(v.string()), templates: v.array(v.string()) }),
    ),
    [],
  ),
  scalingFactor: v.optional(settingSchemas.scalingFactor, null),
  method: v.optional(settingSchemas.method),
  choice: v.optional(settingSchemas.choice),
  demoHidden: v.optional(settingSchemas.demoHidden, false),
});

/**
 * Gives every item a record: the old list's, or a new one at the end. Returns the names of those that no list had.
 *
 * @throws StorageError where the storage fails
 */
export async function adoptOlder(library: Library, stored: LibraryRecords): Promise<string[]> {
  const { unlisted } = readRecords(stored);
  if (unlisted.length === 0 && !(OLD_SETTING in stored.settings)) return [];
  const found = await Promise.all(unlisted.map((item) => describe(library, item)));
  const byId = new Map(found.map((item) => [item.id, item]));
  let returned: string[] = [];
  await library.transact((now) => {
    const read = readRecords(now);
    const here = new Set(read.unlisted.map(({ id }) => id));
    const parsed = v.safeParse(oldSchema, now.settings[OLD_SETTING] ?? {});
    const old = parsed.success ? parsed.output : v.parse(oldSchema, {});
    const listed = fromOldList(read.records, old, here);
    const known = new Set([...listed.models, ...listed.tasks].map(({ id }) => id));
    const others = read.unlisted.flatMap(({ id }) => (known.has(id) ? [] : (byId.get(id) ?? [])));
    returned = others.map(({ name }) => name);
    const changes = changesBetween(read.records, withReturned(listed, others));
    return { ...changes, settings: { ...changes.settings, [OLD_SETTING]: undefined } };
  });
  return returned;
}

type Old = v.InferOutput<typeof oldSchema>;

function fromOldList(records: Records, old: Old, here: ReadonlySet<string>): Records {
  const first = lastOrder(records.models);
  const models = old.pool.entries
    .filter(({ id }) => here.has(id))
    .map((entry, place) => ({ ...entry, order: first + place, part: null }));
  const firstTask = lastOrder(records.tasks);
  const tasks = old.tasks
    .filter(({ id }) => here.has(id))
    .map((entry, place) => ({ ...entry, order: firstTask + place, expert: null }));
  return {
    ...records,
    // One that is gone is none: see `readRecords`.
    baseId: records.baseId ?? old.pool.baseId,
    scalingFactor: records.scalingFactor ?? old.scalingFactor,
    method: old.method ?? records.method,
    choice: old.choice ?? records.choice,
    demoHidden: records.demoHidden || old.demoHidden,
    models: [...records.models, ...models],
    tasks: [...records.tasks, ...tasks],
  };
}

interface Described {
  readonly id: string;
  readonly kind: ItemEntry['kind'];
  readonly name: string;
  readonly classnames: readonly string[];
}

function withReturned(records: Records, found: readonly Described[]): Records {
  const models = found.filter(({ kind }) => kind === 'checkpoint');
  const tasks = found.filter(({ kind }) => kind === 'imageset');
  const user = { origin: 'user' } as const;
  const withModels = addModels(
    records,
    models.map(({ id, name }) => ({ id, name, ...user, fullClip: false })),
  );
  return addTasks(
    withModels,
    tasks.map(
      ({ id, name, classnames }): NewTask => ({
        id,
        name,
        ...user,
        classnames,
        templates: ['a photo of a {}'],
      }),
    ),
  );
}

async function describe(library: Library, { id, kind }: ItemEntry): Promise<Described> {
  // What is damaged is listed all the same, so that it can be removed.
  const stored = await library.getItem(id).catch(() => undefined);
  const name = stored?.name ?? `damaged ${id.slice(0, 8)}`;
  const classnames =
    kind === 'imageset' && stored ? await classnamesOf(library, id, stored.facts) : [];
  return { id, kind, name, classnames };
}

/** From the paths of the pictures, which begin with the label and the class folder: `3/cat/001.png`. */
async function classnamesOf(library: Library, id: string, facts: Json): Promise<string[]> {
  const parsed = v.safeParse(v.object({ labels: v.array(v.number()) }), facts);
  const labels = parsed.success ? parsed.output.labels : [];
  const names = labels.reduce((most, label) => Math.max(most, label + 1), 0);
  const classnames = Array.from({ length: names }, (_, label) => `class ${label}`);
  const files = await library.openImageSet(id).catch(() => []);
  for (const { name } of files) {
    const [label, folder, ...rest] = name.split('/');
    const index = Number(label);
    if (folder !== undefined && rest.length > 0 && index in classnames) classnames[index] = folder;
  }
  return classnames;
}
