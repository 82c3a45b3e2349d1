/**
 * What the dialogue shows and does. It goes on while the dialogue is closed; the token is in here alone, and only until the
 * download has ended or the list is given up.
 */
import { createStore, type StoreApi } from 'zustand/vanilla';
import type { HubFile, HubSession, Listing } from '../hub/session';
import type { DroppedFile } from '../state/types';
import type { PartsStore } from './kept-parts';
import type { PlannedRepository } from './list-wanted';

export interface Planned extends PlannedRepository {
  /** A model of this very commit is in the library: it is not fetched again. */
  readonly isHere: boolean;
}

export interface Progress {
  /** The file that comes now. */
  readonly file: string;
  readonly done: number;
  readonly total: number;
  /** Whole seconds; null while it cannot be told. */
  readonly secondsLeft: number | null;
}

export interface HubView {
  readonly step: 'asking' | 'listing' | 'listed' | 'downloading';
  readonly plans: readonly Planned[];
  readonly progress: Progress | null;
  /** What goes on, or how it ended, one sentence. */
  readonly note: string | null;
  readonly problem: string | null;
}

export interface HubDownloads {
  readonly store: StoreApi<HubView>;
  /** Asks the Hub what the repositories have. */
  list(text: string, token: string): Promise<void>;
  /** Fetches what was listed, and adds it. */
  download(): Promise<void>;
  /** Ends what goes on; what came is kept. */
  stop(): void;
  /** Gives up the list. */
  back(): void;
}

export interface HubSurroundings {
  /** The Hub's address or a mirror's, without a slash at its end. */
  readonly endpoint: string;
  readonly openParts: () => Promise<PartsStore>;
  /** Takes the files as dropped ones are taken. @returns whether they are in the library now */
  readonly add: (plan: PlannedRepository, files: readonly DroppedFile[]) => Promise<boolean>;
  readonly isHere: (listing: Listing) => boolean;
  /** Milliseconds. */
  readonly now: () => number;
}

const START: HubView = { step: 'asking', plans: [], progress: null, note: null, problem: null };

/** The page is drawn anew no more often. */
const TELL_MS = 200;
/** Before that a rate says little. */
const MEASURED_MS = 1000;

export function createHubDownloads(around: HubSurroundings): HubDownloads {
  const store = createStore<HubView>(() => START);
  const show = (changes: Partial<HubView>) => store.setState(changes);
  let controller = new AbortController();
  let session: ((signal: AbortSignal) => HubSession) | null = null;
  let parts: Promise<PartsStore> | null = null;

  /** Runs one step; what it throws is shown where the step began. */
  const attempt = async (
    step: 'listing' | 'downloading',
    back: 'asking' | 'listed',
    work: (signal: AbortSignal) => Promise<Partial<HubView>>,
  ): Promise<void> => {
    controller = new AbortController();
    const { signal } = controller;
    show({ step, note: null, problem: null, progress: null });
    try {
      show(await work(signal));
    } catch (error) {
      const note = signal.aborted
        ? step === 'listing'
          ? 'Stopped.'
          : 'Stopped. What came is kept: Download goes on there.'
        : null;
      const problem = error instanceof Error ? error.message : String(error);
      show({ step: back, note, problem: signal.aborted ? null : problem, progress: null });
    }
  };

  return {
    store,
    list: (text, token) =>
      attempt('listing', 'asking', async (signal) => {
        // Loaded when they are asked for: they bring the readers of configurations along.
        const [{ readWanted }, { listWanted }, { pageSession }] = await Promise.all([
          import('./wanted'),
          import('./list-wanted'),
          import('./page-session'),
        ]);
        const wanted = readWanted(text);
        const note = (text: string) => show({ note: text });
        const open = (until: AbortSignal) => pageSession(around.endpoint, token, until, note);
        const plans = await listWanted(open(signal), wanted);
        session = open;
        return {
          step: 'listed',
          note: null,
          plans: plans.map((plan) => ({ ...plan, isHere: around.isHere(plan.listing) })),
        };
      }),

    download: () =>
      attempt('downloading', 'listed', async (signal) => {
        const asked = session;
        if (asked === null) return START;
        const { fetchFile } = await import('./fetch-file');
        parts ??= around.openParts();
        const kept = await parts;
        const coming = store.getState().plans.filter(({ isHere }) => !isHere);
        const progress = progressOf(coming, around.now, (news) => show({ progress: news }));
        const fetchAll = async ({ listing, files }: PlannedRepository): Promise<DroppedFile[]> => {
          const fetched: DroppedFile[] = [];
          for (const file of files) {
            const whole = await alone(file, signal, async () =>
              fetchFile(asked(signal), { listing, file }, await kept.open(file.blob), (have) =>
                progress.note(listing, file, have),
              ),
            );
            fetched.push({ path: cachePath(listing, file), file: whole });
          }
          return fetched;
        };
        let added = 0;
        for (const plan of coming) {
          const { listing } = plan;
          const files = await fetchAll(plan).finally(progress.rest);
          show({ note: `Adding ${listing.repository.name}` });
          if (await around.add(plan, files)) {
            added += 1;
            for (const file of plan.files) await (await kept.open(file.blob)).clear();
            show({ plans: store.getState().plans.map((one) => hereIf(one, plan)) });
          }
        }
        if (added < coming.length) {
          throw new Error(
            'What came is checked and kept, but not all of it could be added: the page’s notices say why.',
          );
        }
        session = null;
        const names = coming.map(({ listing }) => listing.repository.name).join(', ');
        return { ...START, note: names === '' ? null : `Added: ${names}.` };
      }),

    stop: () => controller.abort(),

    back() {
      controller.abort();
      session = null;
      show(START);
    },
  };
}

const hereIf = (one: Planned, added: PlannedRepository): Planned =>
  one.listing === added.listing ? { ...one, isHere: true } : one;

/** As the Hugging Face cache has it: so it is called by its repository, and its commit is known. */
export function cachePath({ repository, commit }: Listing, { path }: HubFile): string {
  const folder = [`${repository.kind}s`, ...repository.name.split('/')].join('--');
  return `${folder}/snapshots/${commit}/${path}`;
}

/** One tab fetches a file at a time; the next finds it whole, or goes on with it. */
function alone<T>({ blob }: HubFile, signal: AbortSignal, work: () => Promise<T>): Promise<T> {
  const locks = globalThis.navigator?.locks;
  if (!locks) return work();
  return locks.request(`studio-hub ${blob}`, { signal }, work);
}

interface Measuring {
  /** So many bytes of a file are here. */
  note(listing: Listing, file: HubFile, have: number): void;
  /** Nothing comes for now, and nothing more is told. */
  rest(): void;
}

/**
 * Progress of all files together; a file that has to begin again takes back what it had. What is not told at once is told a
 * little later: no more may come of a line that stands still.
 */
function progressOf(
  plans: readonly PlannedRepository[],
  now: () => number,
  tell: (progress: Progress) => void,
): Measuring {
  const total = plans.flatMap(({ files }) => files).reduce((sum, { size }) => sum + size, 0);
  const came = new Map<string, number>();
  /** What was there before is no measure of the line. */
  const before = new Map<string, number>();
  const start = now();
  let told = Number.NEGATIVE_INFINITY;
  let later: ReturnType<typeof setTimeout> | undefined;
  const tellOf = (file: HubFile) => {
    clearTimeout(later);
    later = undefined;
    told = now();
    const done = sumOf(came);
    const elapsed = now() - start;
    const fetched = done - sumOf(before);
    const secondsLeft =
      elapsed < MEASURED_MS || fetched <= 0
        ? null
        : Math.ceil(((total - done) * elapsed) / fetched / 1000);
    tell({ file: file.path, done, total, secondsLeft });
  };
  return {
    note(listing, file, have) {
      const key = cachePath(listing, file);
      const isNext = !before.has(key);
      if (isNext) before.set(key, have);
      came.set(key, have);
      const wait = told + TELL_MS - now();
      if (isNext || have === file.size || wait <= 0) tellOf(file);
      else later ??= setTimeout(() => tellOf(file), wait);
    },
    rest() {
      clearTimeout(later);
      later = undefined;
    },
  };
}

function sumOf(bytes: ReadonlyMap<string, number>): number {
  return [...bytes.values()].reduce((sum, one) => sum + one, 0);
}
