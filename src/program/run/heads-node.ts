/** The zero-shot heads of runs: kept in memory for the runs that follow, and on disk for the commands that follow. */
import { join } from 'node:path';
import type { ClipModel } from '../../clip/types';
import type { OrtEngine } from '../../runtime/types';
import { computeHead, type ZeroShotHead } from '../../taskpool/head';
import { keptHead } from '../../taskpool/heads/head-cache';
import { cacheFolder } from './cache-folder-node';
import { headFolder } from './head-folder-node';
import { keepAll, keepLast } from './keep';
import type { RunListener } from './messages';
import type { OpenedTask } from './open-task-node';
import type { Surroundings } from './surroundings';
import { textDigest } from './text-digest-node';

/** The head of a task; `clipKey` says which CLIP of the configurations `model` is. */
export type HeadOf = (
  clipKey: unknown,
  model: ClipModel,
  task: OpenedTask,
) => Promise<ZeroShotHead>;

/** @param engine - for the text tower; asked for only where a head has to be computed */
export function createHeads(
  engine: () => Promise<OrtEngine>,
  surroundings: Surroundings,
  listener: RunListener,
  signal: AbortSignal,
): HeadOf {
  const heads = keepAll<ZeroShotHead>();
  const towers = keepLast<string>();
  const folder = cacheFolder(surroundings);
  const cache = folder === null ? null : headFolder(join(folder, 'heads'), listener);

  return (clipKey, model, { name, classnames, templates }) =>
    heads([clipKey, classnames, templates], async () => {
      const options = {
        signal,
        onProgress: (done: number, total: number) =>
          listener.progress(`Prompts of ${name}`, done, total),
      };
      if (!cache) return computeHead(model, await engine(), classnames, templates, options);
      const tower = await towers.keep(clipKey, () => textDigest(model, signal));
      return keptHead(cache, { model, tower }, engine, classnames, templates, options);
    });
}
