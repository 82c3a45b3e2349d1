/** What the page draws, made from the value and what computes it. Pure. */
import { ALL_METHODS } from '../method/registry';
import type {
  ComparisonView,
  EngineView,
  JobView,
  Remark,
  SearchView,
  StorageView,
  StudioState,
  TriedView,
} from './api';
import { layersView } from './layers';
import { mergeSettings } from './merge-settings';
import { methodView } from './method';
import { pinViews } from './pins/pins';
import { poolView } from './pool/view';
import { type ScoringPhase, scoreBoard } from './scoring/board';
import type { ScoreBook } from './scoring/book';
import type { EngineKind } from './scoring/keys';
import type { Demand } from './scoring/plan';
import { mergeRefusal, ownExpert, scoringReadiness } from './scoring/readiness';
import { taskView } from './tasks/view';
import { type EngineValue, inForce, scalingFactorOf } from './value';

/** What stands around the value. */
export interface Surroundings {
  readonly book: ScoreBook;
  readonly kind: EngineKind;
  readonly phase: ScoringPhase;
  readonly engine: EngineView;
  readonly storage: StorageView;
  readonly jobs: readonly JobView[];
  readonly search: SearchView | null;
  readonly comparison: ComparisonView | null;
  readonly tried: TriedView | null;
  readonly remarks: readonly Remark[];
}

const METHOD_MENU = ALL_METHODS.map(({ name, title, summary }) => ({ name, title, summary }));

/** What the value asks to be scored, or what it lacks. */
export function demandOf(value: EngineValue): { demand: Demand | null; missing: string | null } {
  const { inputs, missing } = scoringReadiness(value.pool, value.tasks, value.method, value.layers);
  if (!inputs) return { demand: null, missing };
  return {
    demand: {
      inputs,
      scalingFactor: scalingFactorOf(value),
      sweep: value.sweep,
      sweepPictures: value.sweepPictures ?? Number.POSITIVE_INFINITY,
    },
    missing: null,
  };
}

export function snapshotOf(value: EngineValue, around: Surroundings): StudioState {
  const { pool, tasks, demoHidden } = value;
  const { book, kind, phase, engine, storage, jobs, search, comparison, tried, remarks } = around;
  return {
    method: methodView({ ...inForce(value), refusal: mergeRefusal(pool, tasks, value.method) }),
    methods: METHOD_MENU,
    pool: poolView(pool),
    tasks: tasks.map((task) =>
      taskView(task, ownExpert(pool, task)?.name ?? null, book.unreadable(task.id)),
    ),
    merge: mergeSettings(value),
    layers: layersView(value),
    scalingFactor: scalingFactorOf(value),
    engine,
    storage,
    jobs,
    scores: scoreBoard(book, demandOf(value).demand, kind, phase),
    search,
    comparison,
    tried,
    pins: pinViews(value, book, kind),
    remarks,
    demoHidden,
  };
}
