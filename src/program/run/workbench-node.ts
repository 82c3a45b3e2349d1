/**
 * Runs programs one after the other on this machine: merging on the CPU, scoring on the engine that the configuration asks for. What they have in common is done once: a checkpoint is opened and
 * combined once for any number of scaling factors, a task's pictures and prompts are prepared once for any number of models.
 *
 * Order and meaning of the steps: fusion-bench 0.2.33, `programs/fabric_fusion_program.py`.
 */
import { join, resolve } from 'node:path';
import type { NamedBlob } from '../../checkpoint/types';
import type { ClipModel } from '../../clip/types';
import { ConfigError } from '../../errors';
import { taskArithmetic } from '../../method/task-arithmetic';
import type { CombineContext } from '../../method/types';
import { loadOwnWeights } from '../../method/weights';
import { createTeamBackend } from '../../runtime/cpu/backend';
import type { ComparedRow } from '../compare/compare';
import { comparisonCsv } from '../compare/csv';
import { PRETRAINED } from '../config/program/base-name';
import type { ModelPoolConfig, ProgramConfig } from '../config/program/types';
import { relationFiles } from '../relations/files';
import type { RelationsReport } from '../relations/relations';
import {
  type ComparisonReport,
  programReport,
  type SearchReport,
  type TaskResult,
} from '../report';
import type { Candidate } from '../search/search';
import { comparePool, poolKeys } from './compare-models';
import { createEngines, type EngineParts, nodeEngineParts } from './engines-node';
import { findMissing } from './find-models-node';
import { withGivenValues } from './given-values-node';
import { keepLast } from './keep';
import { createMatrixWorkers } from './matrix-workers-node';
import type { RunListener } from './messages';
import { type RunnableMethod, runnableMethod, withLayers } from './method-choice';
import { type OpenedPool, openPool } from './open-models-node';
import type { RunOutputs } from './outputs';
import { createPictureWorkers } from './picture-workers-node';
import { poolRelations } from './pool-relations';
import { predictionsTable } from './predictions-node';
import { runRecipe } from './recipe';
import { type Beside, type Resident, resideForAll, resideForOne } from './resident';
import { isFastDevRun, type Opening, openings } from './row-choice';
import { runFigures } from './run-figures';
import { type SavedModel, saveChoice, saveModel } from './save-model-node';
import { type SearchedModels, searchModels } from './search-models';
import { createWeightsSums } from './sums/weights-sums-node';
import type { Surroundings } from './surroundings';
import { createTaskPools, type OpenedTaskPool } from './task-pools-node';
import { teamThreads } from './team-threads-node';
import { writeFileWhole } from './write-file-node';

export interface RunResult {
  /** Empty where no tasks were scored. */
  readonly results: readonly TaskResult[];
  /** Where values were tried. */
  readonly search: SearchReport | null;
  /** Where methods were compared. */
  readonly comparison: ComparisonReport | null;
  /** Where the relations of the experts were asked for. */
  readonly relations: RelationsReport | null;
  /** Paths of what was written. */
  readonly reportPath: string | null;
  readonly modelFolder: string | null;
  readonly comparisonPath: string | null;
  readonly relationsFolder: string | null;
  readonly predictionsPath: string | null;
}

/** Takes the base and every expert. */
const BASELINE: RunnableMethod = { method: taskArithmetic, options: {}, scalingFactor: 1 };

export interface Workbench {
  /**
   * @param onRows - told of all rows of a comparison so far: what there is of one that is interrupted
   * @throws ConfigError, FormatError and CompatibilityError before anything is computed, DeviceError and Error of the file
   *   system, and the signal's reason; files are written whole or not at all
   */
  run(
    program: ProgramConfig,
    outputs: RunOutputs,
    onRows?: (rows: readonly ComparedRow[]) => void,
  ): Promise<RunResult>;
  dispose(): Promise<void>;
}

export interface WorkbenchParts {
  /** The folder of the built programs that run beside this one: threads that prepare pictures, the trial of WebGPU. */
  readonly programs?: URL | undefined;
  readonly engines?: EngineParts;
  /** Nothing is run after the first: what only another scaling factor would need is not kept. */
  readonly runsOnce?: boolean | undefined;
}

export function createWorkbench(
  surroundings: Surroundings,
  listener: RunListener,
  signal: AbortSignal,
  { programs, engines = nodeEngineParts(programs), runsOnce = false }: WorkbenchParts = {},
): Workbench {
  const { tensors, end: endTeam } = createTeamBackend(teamThreads(programs));
  const helpers = createPictureWorkers(programs);
  const matrices = createMatrixWorkers(programs);
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

  const combining: CombineContext = {
    backend: tensors,
    signal,
    matrices,
    onProgress: (done, total) => listener.progress('Combining the models', done, total),
  };

  const hash = (model: ClipModel, files: readonly NamedBlob[]) => {
    const sum = hashes.get(model) ?? sums.sha256(files);
    hashes.set(model, sum);
    return sum;
  };

  const openJudged = async (
    { models }: Pick<ModelPoolConfig, 'models'>,
    runnable: RunnableMethod | null,
    whole = false,
  ) => {
    for (const { name, dtype } of models) {
      if (name !== PRETRAINED || (dtype !== 'float16' && dtype !== 'bfloat16')) continue;
      listener.note(
        `modelpool.models.${name}: ${dtype} decides how the merged model is saved; it is computed and scored in float32.`,
      );
    }
    return openPool({ models }, runnable, surroundings, whole);
  };

  /** Tells how the experts relate, and writes what the configuration wants of it. */
  async function relate(
    config: ProgramConfig,
    { pool }: OpenedPool,
    folder: string | null,
  ): Promise<RelationsReport> {
    const directions = config.relations?.directions ?? false;
    const found = await poolRelations(pool, directions, matrices, listener, signal);
    const wanted = folder === null ? [] : relationFiles(config);
    for (const { name, text } of found.files) {
      if (folder === null || !wanted.some((file) => file.name === name)) continue;
      await writeFileWhole(join(folder, name), [new TextEncoder().encode(text)], signal);
    }
    return found.report;
  }

  async function openAll(config: ProgramConfig, poolKey: unknown, runnable: RunnableMethod | null) {
    const { method, program, modelpool, taskpool } = config;
    try {
      const opened = await pools.keep(poolKey, () =>
        openJudged(modelpool, runnable, method.target === 'TaskVectorCosSimilarity'),
      );
      if (taskpool?.target !== 'CLIPVisionModelTaskPool') {
        return { opened, tasks: null, choosing: null, looked: null };
      }
      const looks = runnable?.method.needsPictures ?? false;
      const wanted = openings(taskpool, config, looks);
      const fastDevRun = isFastDevRun(config, taskpool);
      const open = ({ pool, half }: Opening) =>
        taskPools.open(pool, opened.pool.pretrained, { fastDevRun, engine: program.engine, half });
      const tasks = await open(wanted.reported);
      const choosing = wanted.choosing ? await open(wanted.choosing) : null;
      const looked = wanted.looked ? await open(wanted.looked) : tasks;
      return { opened, tasks, choosing, looked: choosing ?? looked };
    } catch (error) {
      // Whoever has to fetch one thing wants to know of the others.
      const missing = error instanceof ConfigError && (await findMissing(config, surroundings));
      throw missing || error;
    }
  }

  /** A model's own weights in the room beside a combination, until the next model is placed there. */
  const placeOwn = async (model: ClipModel, { working }: Beside) => {
    const room = working();
    await loadOwnWeights(tensors, model, room, signal);
    return room.buffers;
  };

  return {
    async run(config, outputs, onRows) {
      const { modelpool, taskpool } = config;
      const path = (name: string | null) => name && resolve(surroundings.cwd, name);
      const { seed } = config.program;
      const given = await withGivenValues(config.method, surroundings);
      const method = runnableMethod(given, seed);
      /** Which models a pool has follows from these. */
      const poolKeyOf = (runnable: RunnableMethod | null) => [
        modelpool.models,
        runnable?.method.takes ?? given.target,
      ];
      const {
        opened: everything,
        tasks,
        choosing,
        looked,
      } = await openAll(config, poolKeyOf(method), method);
      const openedFor = (runnable: RunnableMethod) =>
        pools.keep(poolKeyOf(runnable), () => openJudged(modelpool, runnable));
      const relationsFolder = path(outputs.relations);
      const isRelated = config.relations !== undefined || relationsFolder !== null;
      const related = isRelated
        ? await relate(
            config,
            config.relations ? await openedFor(BASELINE) : everything,
            relationsFolder,
          )
        : null;
      // FusionBench's method writes its table, and has no word in the report.
      const relations = config.relations ? related : null;
      // What is only looked at takes no part in the model that is scored.
      const asConfigured = method
        ? weighted(everything, method.expertWeights ?? [])
        : withoutExperts(everything);
      const configured =
        method && config.layers ? withLayers(method, config.layers, asConfigured.pool) : method;
      const { pretrained } = asConfigured.pool;
      const predictionsPath = taskpool && tasks ? path(outputs.predictions) : null;
      const isOnly = runsOnce && !config.search && !config.compare && !predictionsPath;
      const residentOf = ({ pool }: OpenedPool, runnable = configured) => {
        const weights = pool.experts.map(({ weight }) => weight);
        const looksAt = runnable?.method.needsPictures ? [taskpool, !!choosing] : [];
        const key = [
          poolKeyOf(runnable),
          runnable?.method.name,
          runnable?.options,
          weights,
          ...looksAt,
        ];
        const context = { ...combining, inputs: looked?.inputs };
        return residents.keep(key, () =>
          isOnly && runnable
            ? resideForOne(pool, runnable, context)
            : resideForAll(pool, runnable, context),
        );
      };
      const comparisonPath = config.compare ? path(outputs.comparison) : null;
      let comparison: ComparisonReport | null = null;
      if (config.compare && tasks && choosing) {
        const residentFor = async (runnable: RunnableMethod) =>
          residentOf(await openedFor(runnable), runnable);
        const besideOf = async (runnable: RunnableMethod) => {
          const { beside } = await residentFor(runnable);
          if (!beside) throw new RangeError('a comparison merges more than once');
          return beside;
        };
        const opened = await openedFor(BASELINE);
        comparison = await comparePool(config.compare, {
          modelpool,
          opened,
          configured,
          seed,
          halves: { choosing, reporting: tasks },
          note: listener.note,
          merged: async (runnable) => (await residentFor(runnable)).merged(runnable).weights(),
          pretrained: async (last) => (await besideOf(last)).base,
          async own(expert, last) {
            const model = opened.pool.experts[expert]?.model;
            if (!model) throw new RangeError(`there is no expert ${expert}`);
            return placeOwn(model, await besideOf(last));
          },
          async onRows(rows) {
            onRows?.(rows);
            if (!comparisonPath) return;
            const text = new TextEncoder().encode(comparisonCsv(rows));
            await writeFileWhole(comparisonPath, [text], signal);
          },
        });
      }
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
          async ({ scalingFactor, weights }) => {
            const resident = await residentOf(weighted(asConfigured, weights));
            return resident.merged({ ...configured, scalingFactor }).weights();
          },
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
      const merged = resident.merged(runnable ?? { scalingFactor: 1 });
      const recipe = await untilAborted(described, signal);
      const modelFolder = path(outputs.model);
      let saved: SavedModel | null = null;
      if (modelFolder) {
        const base = modelpool.models.find(({ name }) => name === PRETRAINED);
        saved = await saveModel(modelFolder, {
          choice: saveChoice(config.program.merged_model_as, base?.dtype, pretrained),
          merged: merged.values,
          recipe,
          opened,
          modelpool,
          matrices,
          signal,
          onProgress: listener.progress,
        });
      }
      const evaluated = (of: OpenedTaskPool) =>
        config.compare && runnable
          ? of.evaluateKept(() => ({
              key: poolKeys(opened).merged(runnable),
              place: async () => merged.weights(),
            }))
          : of.evaluate(merged.weights());
      const evaluation = tasks && (found?.evaluation ?? (await evaluated(tasks)));
      const { results, engine } = evaluation ?? { results: [], engine: 'cpu' };
      await saved?.writeCard(runFigures(results, found?.report));
      const reportPath = taskpool ? path(outputs.report) : null;
      if (reportPath) {
        const report = programReport({
          recipe,
          parameters: resident.parameters,
          merged: results,
          pretrained: [],
          expert: [],
          engine,
          search: found?.report,
          comparison: comparison ?? undefined,
          relations: relations ?? undefined,
          lowRank: saved?.lowRank,
        });
        const text = new TextEncoder().encode(`${JSON.stringify(report, null, 2)}\n`);
        await writeFileWhole(reportPath, [text], signal);
      }
      const { beside } = resident;
      if (predictionsPath && tasks && evaluation && beside) {
        const table = await predictionsTable(tasks, {
          merged: evaluation,
          base: { name: opened.pool.pretrained.name, weights: beside.base },
          experts: opened.pool.experts.map(({ model }) => model),
          own: (expert) => placeOwn(expert, beside),
        });
        await writeFileWhole(predictionsPath, [new TextEncoder().encode(table)], signal);
      }
      const search = found?.report ?? null;
      const written = {
        reportPath,
        modelFolder,
        comparisonPath,
        relationsFolder,
        predictionsPath,
      };
      return { results, search, comparison, relations, ...written };
    },
    async dispose() {
      await sums.dispose();
      await taskPools.dispose();
      await residents.dispose();
      await helpers?.dispose();
      matrices?.dispose();
      endTeam();
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

function withoutExperts({ pool, ...found }: OpenedPool): OpenedPool {
  return { pool: { ...pool, experts: [] }, ...found };
}

/** The pool with other weights of its experts. */
function weighted({ pool, ...found }: OpenedPool, weights: readonly number[]): OpenedPool {
  const experts = pool.experts.map(({ model, weight }, i) => ({
    model,
    weight: weights[i] ?? weight,
  }));
  return { pool: { ...pool, experts }, ...found };
}
