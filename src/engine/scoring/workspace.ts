/**
 * Brings everything into place for scoring one unit, and keeps it there as long as nothing it depends on changes:
 * resident weights, the vision session, heads, pictures. One caller at a time (`exclusive`).
 */
import type { ClipModel, ProcessorConfig } from '../../clip/types';
import { createVisionTower, type VisionTower } from '../../clip/vision-tower';
import { CompatibilityError } from '../../errors';
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
import type { ScoringModel, ScoringTask } from '../../taskpool/score';
import { stratifiedOrder } from '../../taskpool/statistics/stratified-order';
import { verifyVision } from '../verify-vision';

import type { ScoringInputs, TaskInput } from './inputs';
import type { Unit } from './plan';
import { type Residence, takeResidence } from './residence';

export interface Workspace {
  readonly runtime: Runtime;
  /** Runs work on the runtime, one piece at a time: scoring a batch, computing an exported tensor. */
  exclusive<T>(work: () => Promise<T>): Promise<T>;
  /** To be called inside `exclusive`. `onPreparing` says what is being done, for people. */
  prepare(
    inputs: ScoringInputs,
    unit: Unit,
    signals: PrepareSignals,
    onPreparing: (what: string, done: number, total: number) => void,
  ): Promise<{ readonly model: ScoringModel; readonly task: ScoringTask }>;
  /** What is resident for this pool, if anything is. */
  residence(poolKey: string): Residence | null;
  dispose(): Promise<void>;
}

export interface PrepareSignals {
  /** The unit is no longer wanted. */
  readonly unit: AbortSignal;
  /** No unit of its task is: a head takes minutes, and another unit needs it as well. */
  readonly head: AbortSignal;
}

/** @param kept - heads of earlier visits */
export function createWorkspace(runtime: Runtime, kept: HeadCache): Workspace {
  const mutex = createMutex();
  let resident: { readonly key: string; readonly value: Residence } | null = null;
  let tower: { readonly key: string; readonly value: VisionTower } | null = null;
  const heads = new Map<string, ZeroShotHead>();
  const pictures = new Map<
    string,
    { readonly source: PatchSource; readonly order: readonly number[] }
  >();
  const budget = { left: CROP_BUDGET_BYTES };

  const towerFor = async ({ pretrained }: ScoringInputs, projectionDim: number) => {
    const key = JSON.stringify([pretrained.vision, projectionDim]);
    if (tower?.key === key) return tower.value;
    await tower?.value.release();
    tower = null;
    const { vision } = runtime;
    await verifyVision(runtime, pretrained.vision, projectionDim);
    const engine = vision.provider === 'wasm' ? 'wasm' : runtime.software ? 'software-gpu' : 'gpu';
    const batch = batchSize(pretrained.vision, engine);
    tower = {
      key,
      value: await createVisionTower(pretrained.vision, projectionDim, vision, batch),
    };
    return tower.value;
  };

  const headOf = async (
    { donor, donorKey }: ScoringInputs,
    { classnames, templates }: TaskInput,
    options: HeadOptions,
  ) => {
    const key = JSON.stringify([donorKey, donor.text?.config, classnames, templates]);
    const known = heads.get(key);
    if (known) return known;
    const from = { model: donor, tower: donorKey };
    const head = await keptHead(kept, from, runtime.text, classnames, templates, options);
    heads.set(key, head);
    return head;
  };

  const picturesOf = (inputs: ScoringInputs, task: TaskInput) => {
    const processor = processorOf(inputs);
    const key = JSON.stringify([task.id, processor, inputs.pretrained.vision]);
    let known = pictures.get(key);
    if (!known) {
      const source = createPatchSource(task.images, processor, inputs.pretrained.vision, budget);
      known = { source, order: stratifiedOrder(task.labels) };
      pictures.set(key, known);
    }
    return known;
  };

  return {
    runtime,
    exclusive: (work) => mutex.run(work),
    async prepare(inputs, { weights, task }, signals, onPreparing) {
      if (resident?.key !== inputs.poolKey) {
        resident?.value.free();
        resident = null;
        const value = await takeResidence(inputs, runtime.tensors, {
          signal: signals.unit,
          onProgress: (done, total) => onPreparing('Adding up task vectors', done, total),
        });
        resident = { key: inputs.poolKey, value };
      }
      const { value: residence } = resident;
      const head = await headOf(inputs, task, {
        signal: signals.head,
        onProgress: (done, total) => onPreparing(`Zero-shot head of ${task.name}`, done, total),
      });
      signals.unit.throwIfAborted();
      const placed = await residence.place(inputs, weights, signals.unit);
      const { source, order } = picturesOf(inputs, task);
      return {
        model: {
          tower: await towerFor(inputs, residence.projectionDim),
          weights: placed,
          projection: residence.projection,
        },
        task: { patches: source, order, labels: task.labels, head },
      };
    },
    residence: (poolKey) => (resident?.key === poolKey ? resident.value : null),
    dispose: () =>
      mutex.run(async () => {
        resident?.value.free();
        resident = null;
        await tower?.value.release();
        tower = null;
        await runtime.dispose();
      }),
  };
}

/** The base's processor, else the donor's: FusionBench takes its `processor` from the task pool's base model. */
function processorOf({ pretrained, donor }: ScoringInputs): ProcessorConfig {
  const processor = pretrained.processor ?? (donor as ClipModel).processor;
  if (!processor) {
    throw new CompatibilityError(
      `Neither ${pretrained.name} nor ${donor.name} says how pictures are prepared; add preprocessor_config.json to the folder.`,
    );
  }
  return processor;
}
