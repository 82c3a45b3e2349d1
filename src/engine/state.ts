/**
 * The value that stands, and the ways in which another takes its place. The library is the truth about pool, tasks and
 * settings: it is written first, in one transaction that sees what other tabs wrote, and what it lists then is opened and
 * shown in one step.
 */
import type { Finding } from '../modelpool/types';
import type { Library, LibraryChange, LibraryRecords, StagedImport } from '../storage/types';
import type { StorageView } from './api';
import { adoptOlder } from './older-library';
import type { ModelFacts } from './pool/facts';
import { createOpenings } from './pool/opening';
import type { Queue } from './queue';
import { changesBetween, type Records, readRecords } from './records';
import { curveText, type FilesKey } from './scoring/keys';
import { mergeInputs } from './scoring/readiness';
import { createTaskOpenings } from './tasks/opening';
import { createUnsaved, type RecordEdit } from './unsaved';
import { type EngineValue, START } from './value';

export interface State {
  value(): EngineValue;
  storage(): StorageView;
  /** Shows what is in the library, an older version's too, and follows what other tabs do with it from now on. */
  open(): Promise<void>;
  /**
   * Writes an edit, and with it the staged imports that it places, and shows the outcome. To be called inside the queue.
   *
   * @throws what the edit throws, StorageError where the library fails; then nothing has changed
   */
  change(edit: RecordEdit, staged?: readonly StagedImport[]): Promise<void>;
  /** Shows a number at once and writes it; `field` tells what it is the number of. */
  setNumber(field: string, edit: RecordEdit): Promise<void>;
  /** Shows several at once, by their fields. */
  setNumbers(edits: ReadonlyMap<string, RecordEdit>): Promise<void>;
  /** Shows what no library keeps. */
  set(changes: Partial<Pick<EngineValue, 'sweep' | 'sweepPictures' | 'stopped'>>): void;
  /** What was found out about a model. */
  learn(id: string, facts: Partial<ModelFacts>): Promise<void>;
  /** The weights could not be read. */
  setUnreadable(files: FilesKey, finding: Finding): void;
  close(): void;
}

export interface StateEvents {
  /** Another value stands. `again`: by a command, so that what failed is to be tried again. */
  onChange(again: boolean): void;
  /** Something happened that no command here asked for. */
  onRemark(finding: Finding): void;
  /** Image sets are about to be shown for the first time. */
  beforeTasks(ids: readonly string[]): Promise<void>;
  /** Another tab kept scores of this image set. */
  onResults(id: string): void;
}

export function createState(library: Library, queue: Queue, events: StateEvents): State {
  const openings = createOpenings(library);
  const taskOpenings = createTaskOpenings(library);
  const unsaved = createUnsaved(library);
  let value = START;
  let storage: StorageView = { used: 0, available: null };
  /** Items that commands of this tab removed: no news to its user. */
  const removedHere = new Set<string>();
  let following = false;
  let stopFollowing = (): void => undefined;
  let closed = false;

  const stand = (next: EngineValue, again: boolean): void => {
    value = endSweep(value, next);
    events.onChange(again);
  };

  /** Opens what the records list, then shows it in one step; `lay` lays numbers over them that they may lack. */
  const show = async (stored: LibraryRecords, lay: RecordEdit, again: boolean): Promise<void> => {
    const read = readRecords(stored);
    const { records } = read;
    const shown = new Set(value.tasks.map(({ id }) => id));
    const { held, available, inMemory } = await library.usage();
    await Promise.all([openings.open(records), taskOpenings.open(records)]);
    await events.beforeTasks(records.tasks.flatMap(({ id }) => (shown.has(id) ? [] : [id])));
    if (closed) return;
    // From here on nothing is awaited: what is shown is of one moment.
    storage = { used: held, available, ...(inMemory ? { inMemory } : {}) };
    tellRemoved(records);
    const latest = lay(records);
    const { baseId: _, models: __, scalingFactor, ...settings } = latest;
    stand(
      {
        ...value,
        ...settings,
        chosenFactor: scalingFactor,
        pool: openings.assemble(latest),
        tasks: taskOpenings.assemble(latest),
        stopped: again ? false : value.stopped,
      },
      again,
    );
  };

  const tellRemoved = ({ models, tasks, baseId }: Records): void => {
    const kept = new Set([...models, ...tasks].map(({ id }) => id));
    for (const { id, name, included } of [...value.pool.models, ...value.tasks]) {
      if (kept.has(id) || removedHere.delete(id)) continue;
      const used = included || id === baseId;
      events.onRemark({
        severity: used ? 'warning' : 'info',
        subject: name,
        message: `${name} was removed in another tab.`,
        details: [],
      });
    }
  };

  /** Reads the library and shows it, once for however many changes of other tabs. */
  const follow = (): void => {
    if (following || closed) return;
    following = true;
    queue
      .run(async () => {
        following = false;
        if (closed) return;
        const lay = unsaved.beforeReading();
        await show(await library.read(), lay, false);
      })
      // What cannot be read now is read with the next change.
      .catch(() => undefined);
  };

  const heard = ({ what, id }: LibraryChange): void => {
    if (what === 'result') events.onResults(id);
    else {
      if (what === 'model') openings.forgetFacts(id);
      follow();
    }
  };

  /** The pool as it stands, with what is known of its models by now. */
  const refresh = (): void => stand({ ...value, pool: openings.assemble(recordsOf(value)) }, false);

  const setNumbers = async (edits: ReadonlyMap<string, RecordEdit>): Promise<void> => {
    const written = unsaved.setAll(edits);
    const edited = [...edits.values()].reduce((records, edit) => edit(records), recordsOf(value));
    const { scalingFactor, models, tasks: _, baseId: __, ...settings } = edited;
    const same = models.every((model, i) => model.weight === value.pool.models[i]?.weight);
    const pool = same
      ? value.pool
      : {
          ...value.pool,
          models: value.pool.models.map((model, i) => ({
            ...model,
            weight: models[i]?.weight ?? model.weight,
          })),
        };
    stand({ ...value, ...settings, chosenFactor: scalingFactor, pool, stopped: false }, true);
    await written;
  };

  return {
    value: () => value,
    storage: () => storage,
    open: () =>
      queue.run(async () => {
        stopFollowing = library.onChange(heard);
        let stored = await library.read();
        const returned = await adoptOlder(library, stored);
        stored = await library.read();
        tellUnread(stored, returned, events.onRemark);
        await show(stored, (records) => records, false);
      }),
    async change(edit, staged = []) {
      // What was set before this command is the library's before it.
      await unsaved.settled();
      const lay = unsaved.beforeReading();
      const stored = await library.transact((before) => {
        const { records } = readRecords(before);
        // A number that was set since may have been written already: it holds over this command there as it does here.
        const changes = changesBetween(records, lay(edit(records)), staged);
        for (const id of changes.remove ?? []) removedHere.add(id);
        return changes;
      });
      await show(stored, lay, true);
    },
    setNumber: (field, edit) => setNumbers(new Map([[field, edit]])),
    setNumbers,
    set: (changes) => stand({ ...value, ...changes }, changes.stopped !== true),
    async learn(id, facts) {
      const remembered = openings.learn(id, facts);
      refresh();
      await remembered;
    },
    setUnreadable(files, finding) {
      openings.setUnreadable(files, finding);
      refresh();
    },
    close() {
      closed = true;
      stopFollowing();
    },
  };
}

function recordsOf({
  pool,
  tasks,
  method,
  layers,
  chosenFactor,
  choice,
  demoHidden,
  computedOn,
  pins,
}: EngineValue): Records {
  const { baseId, models } = pool;
  return {
    baseId,
    models,
    tasks,
    method,
    layers,
    scalingFactor: chosenFactor,
    choice,
    demoHidden,
    computedOn,
    pins,
  };
}

/** A sweep is of what is merged: of something else it is of no use. */
function endSweep(before: EngineValue, after: EngineValue): EngineValue {
  if (after.sweep.length === 0 || after.sweep !== before.sweep) return after;
  return mergedText(before) === mergedText(after) ? after : { ...after, sweep: [] };
}

function mergedText({ pool, tasks, method, layers }: EngineValue): string {
  const inputs = mergeInputs(pool, tasks, method, layers);
  return inputs ? curveText(inputs.key, inputs.layers) : '';
}

/** Says once what of the library was not understood, or was not seen before. */
function tellUnread(
  stored: LibraryRecords,
  returned: readonly string[],
  onRemark: (finding: Finding) => void,
): void {
  const { newer, dropped } = readRecords(stored);
  if (returned.length > 0) {
    onRemark({
      severity: 'info',
      message: `Found in the library and listed again: ${returned.join(', ')}. An earlier visit stored ${returned.length === 1 ? 'it' : 'them'} and was closed before it was done.`,
      details: [],
    });
  }
  if (newer.length > 0) {
    onRemark({
      severity: 'warning',
      message: `${newer.length === 1 ? 'One item' : `${newer.length} items`} of the library ${newer.length === 1 ? 'was' : 'were'} stored by a newer version of this page and ${newer.length === 1 ? 'is' : 'are'} not shown. Reload the page to get that version.`,
      details: newer,
    });
  }
  if (dropped.length > 0) {
    onRemark({
      severity: 'info',
      message: 'Some settings of an earlier visit could not be understood; the usual ones hold.',
      details: dropped,
    });
  }
}
