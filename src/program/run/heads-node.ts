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

/** What a head is made of. */
export type PromptedTask = Pick<OpenedTask, 'name' | 'classnames' | 'templates'>;

/** The head of a task, computed by `engine` where it has to be; `clipKey` says which CLIP of the configurations `model` is. */
export type HeadOf = (
  engine: OrtEngine,
  clipKey: unknown,
  model: ClipModel,
  task: PromptedTask,
) => Promise<ZeroShotHead>;

export function createHeads(
  surroundings: Surroundings,
  listener: RunListener,
  signal: AbortSignal,
): HeadOf {
  const heads = keepAll<ZeroShotHead>();
  const towers = keepLast<string>();
  const folder = cacheFolder(surroundings);
  const cache = folder === null ? null : headFolder(join(folder, 'heads'), listener);

  return (engine, clipKey, model, { name, classnames, templates }) =>
    heads([engine.provider, clipKey, classnames, templates], async () => {
      const options = {
        signal,
        onProgress: (done: number, total: number) =>
          listener.progress(`Prompts of ${name}`, done, total),
      };
      if (!cache) return computeHead(model, engine, classnames, templates, options);
      const digest = await towers.keep(clipKey, () => textDigest(model, signal));
      // The last bits are those of the build that computed them.
      const tower = engine.provider === 'wasm' ? digest : `${digest} ${engine.provider}`;
      return keptHead(cache, { model, tower }, async () => engine, classnames, templates, options);
    });
}
