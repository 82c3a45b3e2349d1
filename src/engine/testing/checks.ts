/** Test support: what must hold after any schedule, whatever came while something else was being done. */
import { expect } from 'vitest';
import { encodeFloat32 } from '../../checkpoint/dtype';
import { openSafetensors } from '../../checkpoint/safetensors/open-safetensors';
import { openClip } from '../../clip/open';
import type { ClipModel } from '../../clip/types';
import { mergedFromCheckpoints } from '../../method/merged-values';
import { findMethod } from '../../method/registry';
import type { ExpertInputs } from '../../method/types';
import { openModelPool } from '../../modelpool/judge';
import { outputDtype } from '../../program/merged-model';
import { RECIPE_KEY, readRecipe } from '../../program/recipe';
import type { RecipeModel } from '../../program/report';
import type { ExportedFile, StudioState } from '../api';
import type { MicroFiles } from './micro';
import type { Real, Sent } from './schedule';
import type { Tab, World } from './world';

/** Errors that people are told, by name. */
const NAMED = new Set([
  'FormatError',
  'CompatibilityError',
  'ConfigError',
  'StorageError',
  'DeviceError',
  'AbortError',
]);

/** Every command was answered: with its effect on the page, or by a named error. */
export function checkAnswers(sent: readonly Sent[]): void {
  for (const { label, settled, error, missing } of sent) {
    expect(settled, `${label} is answered`).toBeDefined();
    expect(missing, `${label} shows its effect when it is answered`).toBeUndefined();
    if (settled === 'rejected') {
      const name =
        error instanceof Error || error instanceof DOMException ? error.name : String(error);
      expect(NAMED.has(name), `${label} fails by a named error, not ${String(error)}`).toBe(true);
    }
  }
}

const LINEAR = /(self_attn|mlp)\..*\.weight$/;

/** Inputs of which every element is there, and none hangs together with another. */
const NO_INPUTS: ExpertInputs = {
  async begin({ pretrained: { vision }, experts }) {
    const identity = (size: number) =>
      Float32Array.from({ length: size * size }, (_, i) => (i % (size + 1) === 0 ? 1 : 0));
    const { hiddenSize, intermediateSize } = vision;
    return {
      experts: experts.map(() => ({
        next: async () => ({
          attention: identity(hiddenSize),
          output: identity(hiddenSize),
          expansion: identity(hiddenSize),
          contraction: identity(intermediateSize),
        }),
      })),
      release: async () => undefined,
    };
  },
};

/** How a test waits while the scheduler gives turns. */
export interface Waiting {
  for<T>(some: Promise<T>): Promise<T>;
}

/** Rounds of a millisecond or more in which nothing happens: messages between tabs come within two. */
const QUIET_ROUNDS = 5;

/** Waits until nothing is going on in any tab. */
export async function settle(world: World, waiting: Waiting): Promise<void> {
  let quiet = 0;
  let last = '';
  for (let round = 0; quiet < QUIET_ROUNDS; round++) {
    if (round > 5000) throw new Error(`the engines do not come to rest: ${last}`);
    await waiting.for(new Promise((resolve) => setTimeout(resolve, 1)));
    const states = world.tabs.map((tab) => (tab.connected() ? restOf(tab.state()) : null));
    const now = JSON.stringify(states);
    const resting =
      world.asked() === 0 && world.tabs.every((tab) => tab.connected() && isAtRest(tab.state()));
    quiet = resting && now === last ? quiet + 1 : 0;
    last = now;
  }
}

function isAtRest({ jobs, scores, pool, engine, tried }: StudioState): boolean {
  return (
    jobs.length === 0 &&
    (tried?.doing ?? null) === null &&
    engine.active !== null &&
    scores.phase !== 'preparing' &&
    scores.phase !== 'scoring' &&
    pool.models.every(({ sha256 }) => sha256 !== undefined)
  );
}

function restOf({ scores, pool, tasks, scalingFactor, method, ...others }: StudioState) {
  const { jobs, engine, tried } = others;
  const { phase, curve } = scores;
  return [phase, curve.length, pool, tasks, scalingFactor, method.name, jobs, engine, tried];
}

/** What of a snapshot is the same for every engine on the same library. */
export function sharedState(snapshot: StudioState) {
  const { storage, scores, pins, ...others } = snapshot;
  const { jobs: _, remarks: __, search: _____, comparison: ______, tried: _7, ...state } = others;
  const { sweep: ___, secondsLeft: ____, ...board } = scores;
  // What a tab has counted of a pin that is not complete is its own, like the points that it refines.
  const pinned = pins.map(({ pin, named, missing, present, average }) => [
    pin,
    named,
    missing,
    present,
    average?.complete === true && average,
  ]);
  return { ...state, used: storage.used, scores: board, pins: pinned };
}

/** What is stored is what is listed, and nothing else is left. */
export async function checkStored(tab: Tab, world: World): Promise<void> {
  const { items } = await tab.library.read();
  const { pool, tasks } = tab.state();
  expect(items.map(({ id }) => id).sort()).toEqual(
    [...pool.models, ...tasks].map(({ id }) => id).sort(),
  );
  expect(world.scratchFiles(), 'no scratch file is left').toEqual([]);
}

/** What the models make of a picture that is tried is what they make of it among the task's. */
export async function checkTried(tab: Tab, { tried }: Real): Promise<void> {
  const asked = tried.get(tab);
  const view = tab.state().tried;
  if (!asked || !view || view.problem !== null) return;
  const query = { group: 'all', label: null, offset: 0, limit: 100 } as const;
  const insight = await tab.engine.taskInsight(asked.taskId, query);
  const picture = insight?.pictures.find(({ index }) => index === asked.index);
  for (const model of ['pretrained', 'merged', 'expert'] as const) {
    const guess = picture?.guesses[model];
    if (!guess || guess.at !== undefined) continue;
    expect(view.models[model], `the ${model} model of a picture that is tried`).toEqual({
      top: guess.top,
    });
  }
}

/** Nothing of a tab that was closed is left in the engine that computes. */
export function checkGivenBack(tab: Tab): void {
  expect(tab.buffers(), 'every buffer is freed').toBe(0);
  expect(tab.ort.alive(), 'every session is released').toBe(0);
}

/** A file that was given out holds what the recipe in its metadata gives, by the CPU reference from the dropped files. */
export async function checkFile(
  { name, file }: Pick<ExportedFile, 'name' | 'file'>,
  files: MicroFiles,
  merged: Map<string, Blob>,
): Promise<void> {
  const opened = await openSafetensors({ name, blob: file });
  const text = opened.metadata.get(RECIPE_KEY);
  if (text === undefined) throw new Error('the file has no recipe');
  const recipe = readRecipe(name, text);
  const source = async (
    { sha256: sum, part }: Pick<RecipeModel, 'sha256' | 'part'>,
    base?: ClipModel,
  ): Promise<ClipModel> => {
    const known = Object.entries(files.sums).find(([, value]) => value === sum);
    if (known) {
      const blobs = (files.models[known[0]] ?? []).map(({ file: dropped }) => ({
        name: dropped.name,
        blob: dropped,
        ...(part !== undefined && { part }),
      }));
      return openClip(known[0], blobs, base);
    }
    const earlier = merged.get(sum ?? '');
    if (!earlier) throw new Error(`no dropped file has the sum ${sum}`);
    return openClip('merged', [{ name: 'model.safetensors', blob: earlier }], base);
  };
  const base = await source(recipe.pretrained);
  const experts = [];
  for (const expert of recipe.experts) {
    experts.push({ model: await source(expert, base), weight: expert.weight });
  }
  const method = findMethod(recipe.method);
  if (!method) throw new Error(`there is no method ${recipe.method}`);
  const pool = openModelPool(base, experts);
  const choice = { method, options: recipe.options };
  const { scalingFactor, layers } = recipe;
  const values = mergedFromCheckpoints(
    pool,
    choice,
    scalingFactor ?? 1,
    undefined,
    layers,
    undefined,
    NO_INPUTS,
  );
  for (const canonical of pool.mergedNames) {
    // A recipe does not have the pictures that decide linear layers.
    if (method.needsPictures && LINEAR.test(canonical)) continue;
    const written =
      opened.tensors.get(`vision_model.${canonical}`) ?? opened.tensors.get(canonical);
    if (!written) throw new Error(`the file has no ${canonical}`);
    const expected = encodeFloat32(await values(canonical), outputDtype(written, 'base'));
    const actual = await written.read();
    expect(
      Buffer.compare(Buffer.from(actual), Buffer.from(expected)),
      `${canonical} of ${JSON.stringify(recipe)}`,
    ).toBe(0);
  }
}

/** Lets go of everything that was given out. */
export async function release(real: Real): Promise<void> {
  for (const { tab, file } of real.given) {
    if (file.download === undefined || !real.world.tabs.includes(tab)) continue;
    await tab.inside(() => tab.engine.releaseDownload(file.download ?? ''));
  }
}
