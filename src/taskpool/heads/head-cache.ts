/** Zero-shot heads that outlast the visit or the command that computed them. */
import type { ClipModel } from '../../clip/types';
import type { OrtEngine } from '../../runtime/types';
import { computeHead, type HeadOptions, type ZeroShotHead } from '../head';
import { type HeadKey, headKey } from './head-key';

/** Where heads are kept. It never rejects: a cache that fails is one that knows nothing and keeps nothing. */
export interface HeadCache {
  /** Null where there is none, or what is there is not whole. */
  get(key: HeadKey): Promise<ZeroShotHead | null>;
  put(key: HeadKey, head: ZeroShotHead): Promise<void>;
}

/** Whose text tower computes a head. */
export interface HeadModel {
  readonly model: ClipModel;
  /** Tells its text tower and tokenizer from all others, as in `HeadKey`. */
  readonly tower: string;
  /** Which of several state dicts in its file the tower is of, where that is not the one taken unasked. */
  readonly part?: string | undefined;
}

/**
 * The head out of the cache, else computed and put there; the engine is asked for only then.
 * @throws as `computeHead`; then nothing is kept
 */
export async function keptHead(
  cache: HeadCache,
  { model, tower, part }: HeadModel,
  engine: () => Promise<OrtEngine>,
  classnames: readonly string[],
  templates: readonly string[],
  options: HeadOptions = {},
): Promise<ZeroShotHead> {
  const key = await headKey(tower, model.text?.config, classnames, templates, part);
  const kept = await cache.get(key);
  if (kept?.classes === classnames.length) return kept;
  const head = await computeHead(model, await engine(), classnames, templates, options);
  await cache.put(key, head);
  return head;
}
