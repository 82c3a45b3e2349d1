/** What runs read, as one number that is cheap: nothing of a model's weights or of pictures is read for it. */
import { createHash } from 'node:crypto';
import { readdir, stat } from 'node:fs/promises';
import { basename, dirname, join, relative } from 'node:path';
import { byCodePoint } from '../../code-points';
import { filesOfOptions } from '../config/methods/index';
import type { ProgramConfig } from '../config/program/types';
import { findMissing } from '../run/find-models-node';
import { type InputPlace, inputPlaces } from '../run/input-places-node';
import { keepAll } from '../run/keep';
import { partsOf } from '../run/parts';
import type { Surroundings } from '../run/surroundings';

/** Of a folder of data with more files the names alone are told. */
const MANY_FILES = 256;

/** In the Hugging Face cache a file is called by its hash. */
const HASH = /^[\da-f]{40}(?:[\da-f]{24})?$/;

/** Where data are here in part, their commit stands for them. */
const COMMIT = /^[\da-f]{40}\.json$/;

/**
 * SHA-256 of names, sizes and times (in seconds) of the files that a configuration reads; of those in the Hugging Face cache their
 * hashes instead. It does not say where they lie, so that machines may have them at different places.
 * @returns a function that throws ConfigError where something is not on this machine
 */
export function createInputsDigest(
  surroundings: Surroundings,
): (config: ProgramConfig) => Promise<string> {
  const keep = keepAll<string>();
  return (config) =>
    keep([partsOf(config), [...filesOfOptions(config.method)]], async () => {
      const missing = await findMissing(config, surroundings);
      if (missing) throw missing;
      const told: unknown[] = [];
      for (const place of await inputPlaces(config, surroundings)) {
        told.push([place.key, await contents(place)]);
      }
      return createHash('sha256').update(JSON.stringify(told)).digest('hex');
    });
}

async function contents({ key, path }: InputPlace): Promise<unknown> {
  const found = await stat(path);
  if (found.isFile()) return stamp(path);
  // The files of a model that are read stand beside its folder.
  if (!key.startsWith('taskpool.test_datasets.')) return null;
  const entries = await readdir(path, { recursive: true, withFileTypes: true });
  const files = entries
    .filter((entry) => !entry.isDirectory())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort(byCodePoint);
  const names = files.map((file) => relative(path, file));
  if (files.length > MANY_FILES) return names;
  return Promise.all(files.map(async (file, i) => [names[i], await stamp(file)]));
}

async function stamp(path: string): Promise<readonly (string | number)[]> {
  const { size, mtimeMs } = await stat(path);
  const name = basename(path);
  if (basename(dirname(path)) === 'commits' && COMMIT.test(name)) return [name];
  if (basename(dirname(path)) === 'blobs' && HASH.test(name)) return [name, size];
  return [name, size, Math.floor(mtimeMs / 1000)];
}
