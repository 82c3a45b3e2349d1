/**
 * Undo and redo of everything that decides the merged weights. A step is what a command changed, from and to: taking it
 * back changes that and nothing else, whatever other tabs or later additions did meanwhile.
 */
import type { MergeSettings } from './types';

export interface HistoryState {
  /** What would be undone and done again, in a few words; null where there is nothing. */
  readonly undo: string | null;
  readonly redo: string | null;
}

export const NO_HISTORY: HistoryState = { undo: null, redo: null };

export interface HistoryPort {
  /** The settings as the page knows them now; null before the engine is there. */
  readonly read: () => MergeSettings | null;
  readonly apply: (settings: MergeSettings) => Promise<void>;
  readonly onChange: (state: HistoryState) => void;
  /** Milliseconds. */
  readonly now: () => number;
}

export interface History {
  /** Runs a command, and notes what it changed as one step. */
  track<T>(what: string, command: () => Promise<T>): Promise<T>;
  /** Notes what a fader sets: until `release`, or shortly after another of the same kind, it is the same step. */
  set(
    what: string,
    changed: Partial<Pick<MergeSettings, 'scalingFactor' | 'layers' | 'models'>>,
  ): void;
  /** Brings the settings to what they are changed to, as one step. */
  change(what: string, edit: (present: MergeSettings) => MergeSettings): Promise<void>;
  /** The handle is held: all that is set until it is let go is one step. */
  hold(): void;
  release(): void;
  /** What was taken back, in a few words; null where there is nothing, or nothing of it left. */
  undo(): Promise<string | null>;
  redo(): Promise<string | null>;
}

interface Step {
  readonly what: string;
  readonly before: MergeSettings;
  readonly after: MergeSettings;
}

const MOST_STEPS = 200;

/** Arrow keys and typing set one factor after the other: with pauses shorter than this they are one step. */
const PAUSE_MS = 700;

export function createHistory({ read, apply, onChange, now }: HistoryPort): History {
  let past: readonly Step[] = [];
  let future: readonly Step[] = [];
  /** The step that the next move of the same fader goes on with. */
  let open: { readonly step: Step; readonly at: number } | null = null;
  let held = false;
  let busy: Promise<unknown> = Promise.resolve();

  const tell = (): void =>
    onChange({ undo: past.at(-1)?.what ?? null, redo: future.at(-1)?.what ?? null });

  const note = (step: Step): void => {
    past = [...past, step].slice(-MOST_STEPS);
    future = [];
    tell();
  };

  /** Takes the last step of `from` back (or forth) and returns what it was; steps that change nothing are passed over. */
  const travel = async (way: 'undo' | 'redo'): Promise<string | null> => {
    open = null;
    for (;;) {
      const step = (way === 'undo' ? past : future).at(-1);
      const present = read();
      if (!step || !present) return null;
      if (way === 'undo') {
        past = past.slice(0, -1);
        future = [...future, step];
      } else {
        future = future.slice(0, -1);
        past = [...past, step];
      }
      tell();
      const [from, to] = way === 'undo' ? [step.after, step.before] : [step.before, step.after];
      const target = patched(present, from, to);
      if (same(target, present)) continue;
      await apply(target);
      return step.what;
    }
  };
  const change = async (
    what: string,
    edit: (present: MergeSettings) => MergeSettings,
  ): Promise<void> => {
    open = null;
    const before = read();
    const after = before && edit(before);
    if (!after || same(before, after)) return;
    // Before it is done: what the user does meanwhile comes after it.
    const step = { what, before, after };
    note(step);
    try {
      await apply(after);
    } catch (error) {
      past = past.filter((each) => each !== step);
      tell();
      throw error;
    }
  };

  /** One after the other: the next is about what the one before has left. */
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const turn = busy.then(work);
    busy = turn.catch(() => undefined);
    return turn;
  };

  return {
    async track(what, command) {
      const before = read();
      open = null;
      try {
        return await command();
      } finally {
        const after = read();
        if (before && after && !same(before, after)) note({ what, before, after });
      }
    },
    set(what, changed) {
      const present = read();
      if (!present) return;
      const after = { ...present, ...changed };
      if (same(after, present)) return;
      const goesOn = open?.step.what === what && (held || now() - open.at < PAUSE_MS);
      if (open !== null && goesOn && past.at(-1) === open.step) {
        const step = { ...open.step, after: { ...open.step.after, ...changed } };
        past = [...past.slice(0, -1), step];
        open = { step, at: now() };
        return;
      }
      const step = { what, before: present, after };
      note(step);
      open = { step, at: now() };
    },
    hold() {
      held = true;
      open = null;
    },
    release() {
      held = false;
      open = null;
    },
    change: (what, edit) => inTurn(() => change(what, edit)),
    undo: () => inTurn(() => travel('undo')),
    redo: () => inTurn(() => travel('redo')),
  };
}

/** `present`, with whatever differs between `from` and `to` as it is in `to`. */
export function patched(
  present: MergeSettings,
  from: MergeSettings,
  to: MergeSettings,
): MergeSettings {
  const pick = <K extends 'baseId' | 'scalingFactor' | 'method' | 'layers'>(
    field: K,
  ): MergeSettings[K] => (same(from[field], to[field]) ? present[field] : to[field]);
  const was = new Map(from.models.map((model) => [model.id, model]));
  const becomes = new Map(to.models.map((model) => [model.id, model]));
  const models = present.models.map((model) => {
    const [old, next] = [was.get(model.id), becomes.get(model.id)];
    if (!old || !next) return model;
    return {
      id: model.id,
      included: old.included === next.included ? model.included : next.included,
      weight: old.weight === next.weight ? model.weight : next.weight,
      part: old.part === next.part ? model.part : next.part,
    };
  });
  const ids = ({ models: all }: MergeSettings) => all.map(({ id }) => id);
  const ordered = same(ids(from), ids(to)) ? models : inOrderOf(models, ids(to));
  return {
    baseId: pick('baseId'),
    scalingFactor: pick('scalingFactor'),
    method: pick('method'),
    layers: pick('layers'),
    models: ordered,
  };
}

/** Those of the ids in their order, and behind them all others. */
function inOrderOf<M extends { readonly id: string }>(
  models: readonly M[],
  ids: readonly string[],
): M[] {
  const places = new Map(ids.map((id, place) => [id, place]));
  const placeOf = ({ id }: M) => places.get(id) ?? ids.length;
  return models.toSorted((a, b) => placeOf(a) - placeOf(b));
}

function same(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
