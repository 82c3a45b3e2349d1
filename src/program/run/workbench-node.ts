/**
 * Runs programs one after the other on this machine: merging on the CPU, scoring on the engine that the configuration asks for. What they have in common is done once: a checkpoint is opened and
 * combined once for any number of scaling factors, a task's pictures and prompts are prepared once for any number of models.
 *
 * Order and meaning of the steps: fusion-bench 0.2.33, `programs/fabric_fusion_program.py`.
 */
import { resolve } from 'node:path';
import type { NamedBlob } from '../../checkpoint/types';
import type { ClipModel } from '../../clip/types';
import { ConfigError } from '../../errors';
import { combine } from '../../method/combine';
import { type MergedValues, mergedFromCombination } from '../../method/merged-values';
import { taskArithmetic } from '../../method/task-arithmetic';
import type { Combination } from '../../method/types';
import { allocateWeights, mergedWeights, type WorkingWeights } from '../../method/weights';
import { createCpuBackend } from '../../runtime/cpu/backend';
import type { TensorBuffer } from '../../runtime/types';
import { PRETRAINED } from '../config/program/modelpool';
import type { ModelPoolConfig, ProgramConfig, TaskPoolConfig } from '../config/program/types';
import { programReport, type SearchReport, type TaskResult } from '../report';
import type { Candidate } from '../search/search';
import { createEngines, type EngineParts, nodeEngineParts } from './engines-node';
import { findMissing } from './find-models-node';
import { keepLast } from './keep';
import type { RunListener } from './messages';
import { type RunnableMethod, runnableMethod } from './method-choice';
import { type OpenedPool, openPool } from './open-models-node';
import type { Half } from './open-task-node';
import type { RunOutputs } from './outputs';
import { createPictureWorkers } from './picture-workers-node';
import { runRecipe } from './recipe';
import { saveDtype, saveModel } from './save-model-node';
import { type SearchedModels, searchModels } from './search-models';
import { createWeightsSums } from './sums/weights-sums-node';
import type { Surroundings } from './surroundings';
import { createTaskPools } from './task-pools-node';
import { writeFileWhole } from './write-file-node';

export interface RunResult {
  /** Empty where no tasks were scored. */
  readonly results: readonly TaskResult[];
  /** Where values were tried. */
  readonly search: SearchReport | null;
  /** Paths of what was written. */
  readonly reportPath: string | null;
  readonly modelFolder: string | null;
}

export interface Workbench {
  /**
   * @throws ConfigError, FormatError and CompatibilityError before anything is computed, DeviceError and Error of the file
   *   system, and the signal's reason; files are written whole or not at all
   */
  run(program: ProgramConfig, outputs: RunOutputs): Promise<RunResult>;
  dispose(): Promise<void>;
}

/** A combination with room for what it makes of a scaling factor. */
interface Resident {
  readonly combination: Combination;
  working(): WorkingWeights;
  free(): void;
}

export interface WorkbenchParts {
  /** The folder of the built programs that run beside this one: threads that prepare pictures, the trial of WebGPU. */
  readonly programs?: URL | undefined;
  readonly engines?: EngineParts;
}

export function createWorkbench(
  surroundings: Surroundings,
  listener: RunListener,
  signal: AbortSignal,
  { programs, engines = nodeEngineParts(programs) }: WorkbenchParts = {},
): Workbench {
  const tensors = createCpuBackend();
  const helpers = createPictureWorkers(programs);
  const pools = keepLast<OpenedPool>();
  const residents = keepLast<Resident>((resident) => resident.free());
  const sums = createWeightsSums(surroundings);
  const hashes = new WeakMap<ClipModel, Promise<string>>();
  const taskPools = createTaskPools(
    { tensors, engineFor: createEngines(engines, listener), helpers },
    surroundings,
    listener,
    signal,
  );

  async function reside({ pool }: OpenedPool, runnable: RunnableMethod | null): Promise<Resident> {
    const choice = runnable ?? { method: taskArithmetic, options: {} };
    const combination = await combine(pool, choice, {
      backend: tensors,
      signal,
      onProgress: (done, total) => listener.progress('Combining the models', done, total),
    });
    let working: WorkingWeights | undefined;
    return {
      combination,
      working: () => {
        working ??= allocateWeights(tensors, combination.base);
        return working;
      },
      free() {
        working?.free();
        combination.free();
      },
    };
  }

  const hash = (model: ClipModel, files: readonly NamedBlob[]) => {
    const sum = hashes.get(model) ?? sums.sha256(files);
    hashes.set(model, sum);
    return sum;
  };

  const openJudged = async (
    { models }: Pick<ModelPoolConfig, 'models'>,
    runnable: RunnableMethod | null,
  ) => {
    for (const { name, dtype } of models) {
      if (name !== PRETRAINED || (dtype !== 'float16' && dtype !== 'bfloat16')) continue;
      listener.note(
        `modelpool.models.${name}: ${dtype} decides how the merged model is saved; it is computed and scored in float32.`,
      );
    }
    return openPool({ models }, runnable, surroundings);
  };

  async function openAll(config: ProgramConfig, poolKey: unknown, runnable: RunnableMethod | null) {
    const { program, modelpool, taskpool, search } = config;
    try {
      const opened = await pools.keep(poolKey, () => openJudged(modelpool, runnable));
      if (taskpool?.target !== 'CLIPVisionModelTaskPool') {
        return { opened, tasks: null, choosing: null };
      }
      const fastDevRun = program.fast_dev_run || taskpool.fastDevRun;
      const open = (pool: TaskPoolConfig, half?: Half) =>
        taskPools.open(pool, opened.pool.pretrained, { fastDevRun, engine: program.engine, half });
      if (!search) return { opened, tasks: await open(taskpool), choosing: null };
      const { split, sampleSize } = search;
      const tasks = await open(taskpool, { wanted: 'reporting', split });
      const sampled = { ...taskpool, sampleSize };
      const choosing = await open(sampled, { wanted: 'choosing', split });
      return { opened, tasks, choosing };
    } catch (error) {
      // Whoever has to fetch one thing wants to know of the others.
      const missing = error instanceof ConfigError && (await findMissing(config, surroundings));
      throw missing || error;
    }
  }

  return {
    async run(config, outputs) {
      const { modelpool, taskpool } = config;
      const configured = runnableMethod(config.method, config.program.seed);
      const poolKey = [modelpool.models, configured?.method.name];
      const { opened: asConfigured, tasks, choosing } = await openAll(config, poolKey, configured);
      const { pretrained } = asConfigured.pool;
      const residentOf = (pool: OpenedPool) => {
        const weights = pool.pool.experts.map(({ weight }) => weight);
        return residents.keep([poolKey, configured?.options, weights], () =>
          reside(pool, configured),
        );
      };
      let found: SearchedModels | null = null;
      if (config.search && configured && tasks && choosing) {
        const before: Candidate = {
          scalingFactor: configured.scalingFactor,
          weights: asConfigured.pool.experts.map(({ weight }) => weight),
        };
        found = await searchModels(
          config.search,
          before,
          { choosing, reporting: tasks },
          async ({ scalingFactor, weights }) =>
            mergedModel(await residentOf(weighted(asConfigured, weights)), {
              ...configured,
              scalingFactor,
            }).weights(),
        );
      }
      const opened = found ? weighted(asConfigured, found.best.weights) : asConfigured;
      const runnable =
        configured && found
          ? { ...configured, scalingFactor: found.best.scalingFactor }
          : configured;
      // The sums are computed beside the merge.
      const described = runRecipe(opened, runnable, outputs.model === null ? undefined : hash);
      // Whatever fails first is what is told.
      described.catch(() => undefined);
      const resident = await residentOf(opened);
      const merged = mergedModel(resident, runnable);
      const recipe = await untilAborted(described, signal);
      const path = (name: string | null) => name && resolve(surroundings.cwd, name);
      const modelFolder = path(outputs.model);
      if (modelFolder) {
        const base = modelpool.models.find(({ name }) => name === PRETRAINED);
        await saveModel(modelFolder, pretrained, merged.values, recipe, {
          dtype: saveDtype(base?.dtype, pretrained),
          signal,
          onProgress: (done, total) => listener.progress('Saving the merged model', done, total),
        });
      }
      const { results, engine } = tasks
        ? (found?.evaluation ?? (await tasks.evaluate(merged.weights())))
        : { results: [], engine: 'cpu' };
      const reportPath = taskpool ? path(outputs.report) : null;
      if (reportPath) {
        const report = programReport({
          recipe,
          parameters: parameterCount(resident.combination),
          merged: results,
          pretrained: [],
          expert: [],
          engine,
          search: found?.report,
        });
        const text = new TextEncoder().encode(`${JSON.stringify(report, null, 2)}\n`);
        await writeFileWhole(reportPath, [text], signal);
      }
      return { results, search: found?.report ?? null, reportPath, modelFolder };
    },
    async dispose() {
      await sums.dispose();
      await taskPools.dispose();
      await residents.dispose();
      await helpers?.dispose();
    },
  };
}

/** What `work` comes to; rejects with the signal's reason as soon as that is given. */
function untilAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = () => reject(signal.reason);
    if (signal.aborted) stop();
    signal.addEventListener('abort', stop);
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop));
  });
}

/** The pool with other weights of its experts. */
function weighted({ pool, folders }: OpenedPool, weights: readonly number[]): OpenedPool {
  const experts = pool.experts.map(({ model, weight }, i) => ({
    model,
    weight: weights[i] ?? weight,
  }));
  return { pool: { ...pool, experts }, folders };
}

interface MergedModel {
  /** For scoring: computed when they are asked for. */
  weights(): ReadonlyMap<string, TensorBuffer>;
  /** For writing out. */
  readonly values: MergedValues;
}

/** Without a method the model is the one that was loaded, to the last bit. */
function mergedModel(
  { combination, working }: Resident,
  runnable: RunnableMethod | null,
): MergedModel {
  if (!runnable) {
    const { backend, base } = combination;
    return {
      weights: () => base,
      async values(name) {
        const buffer = base.get(name);
        if (!buffer) throw new RangeError(`no tensor is called ${name}`);
        return backend.read(buffer);
      },
    };
  }
  const { scalingFactor } = runnable;
  return {
    weights: () => mergedWeights(combination, scalingFactor, working),
    values: mergedFromCombination(combination, scalingFactor),
  };
}

function parameterCount({ base }: Combination): number {
  return [...base.values()].reduce((sum, { length }) => sum + length, 0);
}
