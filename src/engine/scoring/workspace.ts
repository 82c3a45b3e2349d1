/**
 * Brings everything into place for scoring one unit, and keeps it there as long as nothing it depends on changes:
 * resident weights, the vision session, heads, pictures. One caller at a time (`exclusive`).
 */
import { createLayeredVisionTower } from '../../clip/layered-tower';
import type { ProcessorConfig } from '../../clip/types';
import { createVisionTower, type VisionTower } from '../../clip/vision-tower';
import { CompatibilityError } from '../../errors';
import type { MatrixJobs } from '../../method/matrices/jobs';
import { createMutex } from '../../runtime/mutex';
import type { Runtime } from '../../runtime/types';
import { batchSize } from '../../taskpool/batch-size';
import type { HeadOptions, ZeroShotHead } from '../../taskpool/head';
import { type HeadCache, keptHead } from '../../taskpool/heads/head-cache';
import {
  CROP_BUDGET_BYTES,
  createPatchSource,
  type PatchSource,
} from '../../taskpool/patch-source';
import type { ScoringEnsemble, ScoringModel, ScoringTask } from '../../taskpool/score';
import type { LoadCombination } from './combination-file';
import { type CombinationKey, itemOf, keyText, partOf } from './keys';
import { engineClass, lookingOn } from './looking';
import { scoringOrder } from './order';
import type { Unit } from './plan';
import type { ScoringInputs, TaskInput } from './readiness';
import { COMBINING, type Residence, takeResidence } from './residence';
import { verifyVision } from './verify-vision';

export interface Workspace {
  readonly runtime: Runtime;
  /** Runs work on the runtime, one piece at a time: scoring a batch, writing a merged model. */
  exclusive<T>(work: () => Promise<T>): Promise<T>;
  /** To be called inside `exclusive`. `onPreparing` says what is being done, for people. */
  prepare(
    inputs: ScoringInputs,
    unit: Unit,
    signals: PrepareSignals,
    onPreparing: (what: string, done: number, total: number) => void,
  ): Promise<{
    readonly model: ScoringModel | ScoringEnsemble;
    readonly task: ScoringTask;
  }>;
  /**
   * The head of a task, kept where it is known. Outside of `exclusive` it holds up nothing but what computes it.
   */
  head(inputs: ScoringInputs, task: TaskInput, options: HeadOptions): Promise<ZeroShotHead>;
  /** What is resident of this combination, if it is. What is done with it is done inside `exclusive`. */
  residence(combination: CombinationKey): Residence | null;
  /** Is the combination of something else resident, in the place of this? */
  isDisplaced(inputs: ScoringInputs): boolean;
  /** Lets go of everything that is resident: there is nothing to score. */
  clear(): Promise<void>;
  dispose(): Promise<void>;
}

export interface PrepareSignals {
  /** The unit is no longer wanted. */
  readonly unit: AbortSignal;
  /** No unit of its task is: a head takes minutes, and another unit needs it as well. */
  readonly head: AbortSignal;
}

interface Pictures {
  readonly task: TaskInput;
  readonly source: PatchSource;
}

/**
 * @param kept - heads of earlier visits
 * @param load - combinations of earlier visits
 * @param matrices - threads that merge matrices
 */
export function createWorkspace(
  runtime: Runtime,
  kept: HeadCache,
  load: LoadCombination = async () => null,
  matrices?: MatrixJobs,
): Workspace {
  const mutex = createMutex();
  let resident: { readonly of: string; readonly donor: string; readonly value: Residence } | null =
    null;
  /** By pictures per run: a batch of them, and one alone, which need not wait for the work of a batch. */
  const towers = new Map<number, { readonly of: string; readonly value: VisionTower }>();
  const heads = new Map<string, ZeroShotHead>();
  const pictures = new Map<string, Pictures>();
  const budget = { left: CROP_BUDGET_BYTES };

  const isResident = (inputs: ScoringInputs): boolean =>
    resident?.of === keyText(inputs.key) && resident.donor === keyText(inputs.donor.key);

  /** Is what is resident of the same models, of which others count otherwise? */
  const isReweighed = (inputs: ScoringInputs): boolean =>
    resident?.donor === keyText(inputs.donor.key) && resident.value.canReweigh(inputs);

  const residenceFor = async (
    inputs: ScoringInputs,
    signal: AbortSignal,
    onProgress: (what: string, done: number, total: number) => void,
  ): Promise<Residence> => {
    if (resident && isResident(inputs)) return resident.value;
    const of = keyText(inputs.key);
    const donor = keyText(inputs.donor.key);
    if (resident && isReweighed(inputs)) {
      const { value } = resident;
      // Until all of it is combined it is of nothing, and what was read so far stays.
      resident = { of: '', donor, value };
      await value.reweigh(inputs, { signal, onProgress, matrices });
      resident = { of, donor, value };
      return value;
    }
    const value = await takeResidence(inputs, runtime.tensors, {
      signal,
      onProgress: (done, total) => onProgress(COMBINING, done, total),
      load,
      matrices,
      looking: lookingOn(runtime, inputs),
    });
    resident = { of, donor, value };
    return value;
  };

  const towerFor = async (
    { base }: ScoringInputs,
    { projectionDim, isLayered }: Pick<Residence, 'projectionDim' | 'isLayered'>,
    { images }: Pick<TaskInput, 'images'>,
  ) => {
    const { vision: geometry } = base.model;
    const of = JSON.stringify([geometry, projectionDim, isLayered]);
    for (const [size, { of: other, value }] of towers) {
      if (other === of) continue;
      towers.delete(size);
      await value.release();
    }
    const batch = images.length === 1 ? 1 : batchSize(geometry, engineClass(runtime));
    const known = towers.get(batch);
    if (known) return known.value;
    if (towers.size === 0) await verifyVision(runtime, geometry, projectionDim);
    const create = isLayered ? createLayeredVisionTower : createVisionTower;
    const value = await create(geometry, projectionDim, runtime.vision, batch);
    towers.set(batch, { of, value });
    return value;
  };

  const headOf = async ({ donor }: ScoringInputs, task: TaskInput, options: HeadOptions) => {
    const { classnames, templates } = task.key;
    const of = JSON.stringify([keyText(donor.key), classnames, templates]);
    const known = heads.get(of);
    if (known) return known;
    const from = {
      model: donor.model,
      tower: itemOf(donor.key.files),
      part: partOf(donor.key.files),
    };
    const head = await keptHead(kept, from, runtime.text, classnames, templates, options);
    heads.set(of, head);
    return head;
  };

  const picturesOf = (inputs: ScoringInputs, task: TaskInput): Pictures => {
    const processor = processorOf(inputs);
    const { vision } = inputs.base.model;
    const of = JSON.stringify([task.id, processor, vision]);
    let known = pictures.get(of);
    if (!known) {
      forgetOthers(inputs);
      const source = createPatchSource(task.images, processor, vision, budget);
      known = { task, source };
      pictures.set(of, known);
    }
    return known;
  };

  /** Crops of tasks that are gone make room for those of the next. */
  const forgetOthers = ({ tasks }: ScoringInputs): void => {
    const wanted = new Set(tasks.map(({ id }) => id));
    for (const [of, { task, source }] of pictures) {
      if (wanted.has(task.id)) continue;
      source.release();
      pictures.delete(of);
    }
  };

  const letGo = async (): Promise<void> => {
    resident?.value.free();
    resident = null;
    const leaving = [...towers.values()];
    towers.clear();
    for (const { source } of pictures.values()) source.release();
    pictures.clear();
    heads.clear();
    for (const { value } of leaving) await value.release();
  };

  return {
    runtime,
    exclusive: (work) => mutex.run(work),
    async prepare(inputs, unit, signals, onPreparing) {
      if (!isResident(inputs) && !isReweighed(inputs)) {
        // Before the next is made: two at once may be more than there is room for.
        resident?.value.free();
        resident = null;
      }
      // The text tower is let go before theta_0 and S take its place.
      const head = await headOf(inputs, unit.task, {
        signal: signals.head,
        onProgress: (done, total) =>
          onPreparing(`Zero-shot head of ${unit.task.name}`, done, total),
      });
      signals.unit.throwIfAborted();
      const residence = await residenceFor(inputs, signals.unit, onPreparing);
      signals.unit.throwIfAborted();
      const isEnsemble = unit.key.weights.kind === 'ensemble';
      const placed = isEnsemble
        ? residence.members(signals.unit)
        : await residence.place(unit, signals.unit);
      const { source } = picturesOf(inputs, unit.task);
      return {
        model: {
          tower: await towerFor(inputs, residence, unit.task),
          ...placed,
          projection: residence.projection,
        },
        task: {
          patches: source,
          order: unit.rows ?? scoringOrder(unit.task),
          labels: unit.task.labels,
          head,
        },
      };
    },
    head: headOf,
    residence: (combination) => (resident?.of === keyText(combination) ? resident.value : null),
    isDisplaced: (inputs) => resident !== null && !isResident(inputs),
    clear: () => mutex.run(letGo),
    dispose: () =>
      mutex.run(async () => {
        await letGo();
        await runtime.dispose();
      }),
  };
}

/** The base's processor, else the donor's: FusionBench takes its `processor` from the task pool's base model. */
function processorOf({ base, donor }: ScoringInputs): ProcessorConfig {
  const processor = base.model.processor ?? donor.model.processor;
  if (!processor) {
    throw new CompatibilityError(
      `Neither ${base.model.name} nor ${donor.model.name} says how pictures are prepared; add preprocessor_config.json to the folder.`,
    );
  }
  return processor;
}
