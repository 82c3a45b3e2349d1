/**
 * Files that are brought in: read and staged outside the queue, one drop after the other, so that nobody waits for them but
 * later drops; then given their places in pool or tasks, all of a drop in one step.
 */
import type { Library } from '../storage/types';
import type { Staged } from './adding';
import type { AddOutcome, Finding, Origin, StudioEngine } from './api';
import type { Job, Jobs } from './jobs/jobs';
import { namedBlobs, stageModels } from './pool/adding';
import { hasDemoPart, isDemoUnwanted, withoutDemo } from './pool/demo';
import { addModels } from './pool/edits';
import { createQueue, type Queue } from './queue';
import type { Records } from './records';
import type { LibraryHeads } from './scoring/heads';
import type { State } from './state';
import { stageTasks } from './tasks/adding';
import { addTasks } from './tasks/edits';
import { baseOf } from './value';

export interface Arrivals extends Pick<StudioEngine, 'addCheckpoints' | 'addTaskImages'> {
  /** What of the demo is on its way is not wanted any more. */
  stopDemo(): void;
  /** Resolves when nothing is on its way. */
  idle(): Promise<void>;
}

export interface ArrivalsParts {
  readonly library: Library;
  readonly queue: Queue;
  readonly jobs: Jobs;
  readonly state: State;
  readonly heads: Pick<LibraryHeads, 'offer'>;
}

/** One drop on its way. */
interface Arrival extends Job {
  readonly origin: Origin;
  /** Aborts when the demo is not wanted any more; `signal` also when the user stops the job. */
  readonly unwanted: AbortSignal;
}

/** How staged files become records, and which records they could double. */
interface Placing<T> {
  place(records: Records, arriving: readonly Staged<T>[]): Records;
  among(records: Records): readonly { readonly origin: Origin; readonly name: string }[];
}

/** A later drop comes later in its list; models and pictures do not wait for each other. */
export function createArrivals({ library, queue, jobs, state, heads }: ArrivalsParts): Arrivals {
  const lanes = { models: createQueue(), tasks: createQueue() };
  const ofDemo = new Set<AbortController>();

  /** One job in its lane; the demo's ends also when the demo is not wanted any more. */
  const bringIn = (
    lane: Queue,
    jobId: string,
    label: string,
    origin: Origin,
    work: (arrival: Arrival) => Promise<AddOutcome>,
  ): Promise<AddOutcome> => {
    const controller = new AbortController();
    if (origin === 'demo') ofDemo.add(controller);
    return jobs
      .run(jobId, label, (job) => {
        const unwanted = controller.signal;
        const signal = AbortSignal.any([job.signal, unwanted]);
        return lane.run(() => work({ ...job, signal, unwanted, origin }), signal);
      })
      .finally(() => ofDemo.delete(controller));
  };

  /** Gives what is staged its place, or lets go of it. Returns the names of what came in. */
  const adopt = async <T extends { readonly name: string }>(
    {
      staged,
      findings,
    }: { readonly staged: readonly Staged<T>[]; readonly findings: readonly Finding[] },
    { origin, signal, unwanted }: Arrival,
    { place, among }: Placing<T>,
  ): Promise<AddOutcome> => {
    let added: string[] = [];
    const edit = (records: Records): Records => {
      if (origin === 'demo' && isDemoUnwanted(records)) throw gaveWay();
      const arriving = staged.filter(
        ({ about }) => origin !== 'demo' || !hasDemoPart(among(records), about.name),
      );
      added = arriving.map(({ about }) => about.name);
      return place(records, arriving);
    };
    const items = staged.map(({ item }) => item);
    try {
      // What of the demo was stopped because it gave way is no news.
      unwanted.throwIfAborted();
      if (staged.length === 0) return { added, findings };
      // What had come in when the drop was stopped stays; the findings name the rest.
      await queue.run(() => state.change(edit, items), signal.aborted ? unwanted : signal);
    } finally {
      await Promise.all(items.map((item) => item.discard().catch(() => undefined)));
    }
    return { added, findings };
  };

  const stopDemo = (): void => {
    for (const controller of ofDemo) controller.abort(gaveWay());
  };

  return {
    addCheckpoints: (jobId, files, origin, shipped) =>
      bringIn(lanes.models, jobId, 'Reading checkpoints', origin, async (arrival) => {
        const shown = baseOf(state.value().pool);
        // The demo's base is nothing to the user's models: it goes as soon as they come.
        const foreign = origin === 'user' && shown?.origin === 'demo';
        const base = foreign ? undefined : shown?.opened.model;
        const models = await stageModels(library, files, base, arrival);
        for (const { item, about } of shipped ? models.staged : []) {
          if (shipped && about.fullClip) heads.offer(item.id, shipped, namedBlobs(about));
        }
        const outcome = await adopt(models, arrival, {
          among: (records) => records.models,
          place: (records, arriving) =>
            addModels(
              // The user's own models take the demo's place: its base would be the base of theirs.
              origin === 'user' ? withoutDemo(records) : records,
              arriving.map(({ item: { id }, about }) => ({ ...about, id, origin })),
            ),
        });
        if (origin === 'user' && outcome.added.length > 0) stopDemo();
        return outcome;
      }),

    addTaskImages: (jobId, files, origin) =>
      bringIn(lanes.tasks, jobId, 'Reading images', origin, async (arrival) =>
        adopt(await stageTasks(library, files, arrival), arrival, {
          among: (records) => records.tasks,
          place: (records, arriving) =>
            addTasks(
              records,
              arriving.map(({ item: { id }, about: { name, classnames, templates, source } }) => ({
                id,
                name,
                origin,
                classnames,
                templates,
                ...(source !== undefined && { source }),
              })),
            ),
        }),
      ),

    stopDemo,

    async idle() {
      await Promise.all(Object.values(lanes).map((lane) => lane.run(async () => undefined)));
    },
  };
}

function gaveWay(): DOMException {
  return new DOMException('The demo gave way.', 'AbortError');
}
