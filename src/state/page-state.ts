/** Everything the page draws. The engine's snapshot is the truth; around it stands only what the page itself knows. */
import type { DemoResults } from './demo-results';
import { NOTHING_SHOWN, type ShownMerged } from './held';
import { type HistoryState, NO_HISTORY } from './history';
import type { LinkedView, PendingLink } from './link';
import type { Notice } from './notices';
import { NOTHING_SPOKEN, type Spoken } from './spoken';
import { DEFAULT_SWEEP, type SweepRange } from './sweep';
import type { LayerFactors, StudioState } from './types';

/** Weights of experts, by id. */
export type Weights = Readonly<Record<string, number>>;

export interface PageState {
  /** `failed`: the engine never came up, and `fatal` says why and what to do. */
  readonly connection: 'starting' | 'ready' | 'failed';
  readonly fatal: string | null;
  /** The engine's newest snapshot. */
  readonly snapshot: StudioState | null;
  /** The merged column to show, in which figures stay until newer ones come. */
  readonly merged: ShownMerged;
  /** What is said of the scoring. */
  readonly spoken: Spoken;
  /** The scaling factor that was asked for and that the engine has not answered yet. */
  readonly wanted: number | null;
  /** The layer factors that were asked for and that the engine has not answered yet. */
  readonly wantedLayers: LayerFactors | null;
  /** The weights of experts, by id, that were asked for and that the engine has not answered yet. */
  readonly wantedWeights: Weights | null;
  /** Changes of what is merged or scored that the engine was asked for and has not made yet. */
  readonly asked: number;
  readonly notices: readonly Notice[];
  readonly demo: DemoState;
  /** Said to screen readers, once, when it changes. */
  readonly announcement: string;
  readonly history: HistoryState;
  /** A link that waits for what is not in the library. */
  readonly link: PendingLink | null;
  readonly view: LinkedView;
  /** The file that was handed to the browser's downloads last. */
  readonly saved: { readonly name: string; readonly bytes: number } | null;
  /** What the next sweep scores. */
  readonly sweep: SweepRange;
}

export interface DemoState {
  /** What the built-in demo is, one sentence; null where this build has none. */
  readonly sentence: string | null;
  /** Files fetched so far and in all, while it is being fetched. */
  readonly loading: { readonly done: number; readonly of: number } | null;
  /** What was measured when it was made; null until it is there. */
  readonly results: DemoResults | null;
}

export const initialPageState: PageState = {
  connection: 'starting',
  fatal: null,
  snapshot: null,
  merged: NOTHING_SHOWN,
  spoken: NOTHING_SPOKEN,
  wanted: null,
  wantedLayers: null,
  wantedWeights: null,
  asked: 0,
  notices: [],
  demo: { sentence: null, loading: null, results: null },
  announcement: '',
  history: NO_HISTORY,
  link: null,
  view: { negative: false },
  saved: null,
  sweep: DEFAULT_SWEEP,
};
