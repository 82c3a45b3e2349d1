/**
 * Which files of a data set make which split, told from their names.
 *
 * Source: datasets 5.2.0, `datasets/data_files.py` (`get_data_patterns`, `resolve_pattern`).
 */
import type { NamedBlob } from '../../checkpoint/types';
import { byCodePoint } from '../../code-points';
import { ConfigError } from '../../errors';
import { globPattern, hasMagic } from './glob';

/** A file by its path in the data set, with `/`. */
export interface NamedFile {
  readonly name: string;
}

/** Files by split; in a data set without splits all are `train`. */
export type SplitFiles<F extends NamedFile = NamedBlob> = ReadonlyMap<string, readonly F[]>;

/** Patterns of paths by split. */
export type SplitPatterns = ReadonlyMap<string, readonly string[]>;

const KEYWORDS: readonly (readonly [split: string, keywords: readonly string[]])[] = [
  ['train', ['train', 'training']],
  ['validation', ['validation', 'valid', 'dev', 'val']],
  ['test', ['test', 'testing', 'eval', 'evaluation']],
];

/** What may stand around a keyword in a name. */
const AROUND = '[-._ 0-9]';

const IN_FOLDER_NAMES = keywordPatterns((word) => [
  `**/${word}/**`,
  `**/${word}${AROUND}*/**`,
  `**/*${AROUND}${word}/**`,
  `**/*${AROUND}${word}${AROUND}*/**`,
]);

const IN_FILE_NAMES = keywordPatterns((word) => [
  `**/${word}${AROUND}*`,
  `**/*${AROUND}${word}${AROUND}*`,
]);

const FIVE_DIGITS = '[0-9]'.repeat(5);
const SHARD = /^data\/(.+)-\d{5}-of-\d{5}[^/]*\.[^/]*$/;

/** Describes the data, is none of them. */
const NOT_DATA = new Set([
  'README.md',
  'config.json',
  'dataset_info.json',
  'dataset_infos.json',
  'dummy_data.zip',
  'dataset_dict.json',
]);

function keywordPatterns(patterns: (word: string) => string[]): SplitPatterns {
  return new Map(KEYWORDS.map(([split, words]) => [split, words.flatMap(patterns)]));
}

/**
 * @param files - the whole data set, or as much of it as there is
 * @param patterns - where the user or the data set says which files are meant
 * @param wanted - splits whose files have to be there; all of them where it is left out
 * @throws ConfigError for a path without wildcards that is not there
 */
export function splitFiles<F extends NamedFile>(
  files: readonly F[],
  patterns?: SplitPatterns,
  wanted?: ReadonlySet<string>,
): SplitFiles<F> {
  const data = files.filter(({ name }) => !NOT_DATA.has(baseName(name)));
  if (patterns) return resolve(files, patterns, wanted);
  const shards = data.flatMap(({ name }) => SHARD.exec(name)?.[1] ?? []);
  if (shards.length > 0) return resolve(data, shardPatterns(new Set(shards)));
  for (const candidate of [IN_FOLDER_NAMES, IN_FILE_NAMES]) {
    const found = resolve(data, candidate);
    const present = [...found].filter(([, list]) => list.length > 0);
    if (present.length > 0) return new Map(present);
  }
  return resolve(data, new Map([['train', ['**']]]));
}

function shardPatterns(splits: ReadonlySet<string>): SplitPatterns {
  const usual = KEYWORDS.map(([split]) => split).filter((split) => splits.has(split));
  const others = [...splits].filter((split) => !usual.includes(split)).sort(byCodePoint);
  return new Map(
    [...usual, ...others].map((split) => [
      split,
      [`data/${split}-${FIVE_DIGITS}-of-${FIVE_DIGITS}*.*`],
    ]),
  );
}

function resolve<F extends NamedFile>(
  files: readonly F[],
  patterns: SplitPatterns,
  wanted?: ReadonlySet<string>,
): SplitFiles<F> {
  const sorted = files.toSorted((a, b) => byCodePoint(a.name, b.name));
  return new Map(
    [...patterns].map(([split, list]) => [
      split,
      list.flatMap((pattern) => matching(sorted, pattern, wanted?.has(split) ?? true)),
    ]),
  );
}

/** Files that one pattern means, in the order of their paths; a pattern that is repeated repeats its files. */
function matching<F extends NamedFile>(
  sorted: readonly F[],
  pattern: string,
  isNeeded: boolean,
): F[] {
  const path = pattern.replace(/^\.\//, '');
  if (!hasMagic(path)) {
    const file = sorted.find(({ name }) => name === path);
    if (file) return [file];
    if (!isNeeded) return [];
    throw new ConfigError(`data_files: there is no file ${path}.`);
  }
  const matches = globPattern(path);
  const special = specialFolders(path);
  return sorted.filter(
    ({ name }) =>
      matches.test(name) && !NOT_DATA.has(baseName(name)) && specialFolders(name) === special,
  );
}

/** Folders such as `__pycache__` count only where the pattern names them. */
function specialFolders(path: string): number {
  return path
    .split('/')
    .slice(0, -1)
    .filter((step) => step.startsWith('__')).length;
}

export function baseName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}
