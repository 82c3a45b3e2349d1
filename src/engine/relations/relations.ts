/**
 * How the experts relate, as jobs: they wait while the first number of what is merged is still to come, and end when the pool is
 * another.
 */
import type { MatrixJobs } from '../../method/matrices/jobs';
import type { AnalysisOptions } from '../../method/relations/options';
import type {
  DirectionRelations,
  RelationsReport,
  VectorRelations,
} from '../../program/relations/relations';
import type { Library } from '../../storage/types';
import type { TaskVectorDirections, TaskVectorRelations } from '../api';
import { createGate } from '../jobs/gate';
import type { Jobs } from '../jobs/jobs';
import type { EngineValue } from '../value';
import { requireSubject, type Subject, subjectOf } from './subject';

export interface Relations {
  /** Both reject with CompatibilityError where there is nothing to compare, and with an AbortError when the pool changes. */
  compareTaskVectors(jobId: string): Promise<TaskVectorRelations>;
  compareDirections(jobId: string): Promise<TaskVectorDirections>;
  /** What is known of the models that are merged; undefined where nothing is. */
  report(): RelationsReport | undefined;
  /** Another value may stand. Where it is not free to, nothing is computed until it has been for a while. */
  follow(isFree: boolean): void;
  /** Does a reading of the models want this thread? */
  isReading(): boolean;
}

export interface RelationsParts {
  readonly library: Library;
  readonly jobs: Jobs;
  readonly matrices: MatrixJobs;
  readonly value: () => EngineValue;
}

/** What is known of one subject, whatever its experts are called by then. */
interface Known {
  readonly text: string;
  readonly vectors?: (names: readonly string[]) => VectorRelations;
  readonly directions?: (names: readonly string[]) => DirectionRelations;
}

interface Running {
  readonly text: string;
  readonly controller: AbortController;
  readonly reads: boolean;
}

const COMPARING = 'Comparing the task vectors';
const DECOMPOSING = 'Decomposing the task vectors';

/** While the slider is dragged one number comes after the other: a thread that is started between two of them is in the way of both. */
const CALM_MS = 200;

/** Loaded when it is asked for. */
const analysis = () => import('./analysis');

export function createRelations({ library, jobs, matrices, value }: RelationsParts): Relations {
  const gate = createGate();
  const running = new Set<Running>();
  let known: Known | null = null;
  let calm: ReturnType<typeof setTimeout> | undefined;

  const learn = ({ text }: Subject, found: Omit<Known, 'text'>): void => {
    known = { ...(known?.text === text ? known : {}), text, ...found };
  };

  const run = <T>(
    jobId: string,
    label: string,
    reads: boolean,
    work: (subject: Subject, options: AnalysisOptions) => Promise<T>,
  ): Promise<T> => {
    const subject = requireSubject(value().pool);
    return jobs.run(jobId, label, async (job) => {
      const mine = { text: subject.text, controller: new AbortController(), reads };
      running.add(mine);
      const signal = AbortSignal.any([job.signal, mine.controller.signal]);
      try {
        job.report(label, 0);
        const found = await work(subject, {
          signal,
          onProgress: (done, total) => job.report(label, done / total),
          turn: () => gate.pass(signal),
        });
        // What was found in the library was found all the same.
        signal.throwIfAborted();
        return found;
      } finally {
        running.delete(mine);
      }
    });
  };

  return {
    async compareTaskVectors(jobId) {
      return run(jobId, COMPARING, true, async (subject, options) => {
        const { analyseLayers, vectorRelations, vectorTables } = await analysis();
        const layers = await analyseLayers(subject, library, options);
        learn(subject, { vectors: (names) => vectorRelations(names, layers) });
        const relations = vectorRelations(subject.names, layers);
        return { ids: subject.ids, ...relations, tables: vectorTables(relations) };
      });
    },
    async compareDirections(jobId) {
      return run(jobId, DECOMPOSING, false, async (subject, options) => {
        const { analyseMatrices, directionRelations, directionTables } = await analysis();
        const found = await analyseMatrices(subject, library, matrices, options);
        learn(subject, { directions: (names) => directionRelations(names, found) });
        const relations = directionRelations(subject.names, found);
        return { ids: subject.ids, ...relations, tables: directionTables(relations) };
      });
    },
    report() {
      const subject = subjectOf(value().pool);
      if (!subject || known?.text !== subject.text || !known.vectors) return undefined;
      const vectors = known.vectors(subject.names);
      if (!known.directions) return vectors;
      const { experts: _, ...directions } = known.directions(subject.names);
      return { ...vectors, directions };
    },
    follow(isFree) {
      if (!isFree) {
        clearTimeout(calm);
        calm = undefined;
        gate.set(false);
      } else if (!gate.isOpen()) {
        calm ??= setTimeout(() => {
          calm = undefined;
          gate.set(true);
        }, CALM_MS);
      }
      const text = subjectOf(value().pool)?.text;
      for (const one of running) {
        if (one.text === text) continue;
        one.controller.abort(
          new DOMException('Other models are to be compared now.', 'AbortError'),
        );
      }
    },
    isReading: () => [...running].some(({ reads }) => reads),
  };
}
