/** Which Parquet files belong together: one data set's, of one split, told from their names. */
import { byCodePoint } from '../../code-points';
import type { Skipped, SourceFile } from './sources';
import type { TaskPromptsFile } from './tasks-json';

export interface ParquetSource {
  readonly file: SourceFile;
  /** The `tasks.json` files around it, nearest first. */
  readonly prompts: readonly TaskPromptsFile[];
}

export interface ParquetGroup {
  /** Name of the task. */
  readonly name: string;
  /** In the order of their names, which is that of the data. */
  readonly files: readonly SourceFile[];
  readonly prompts: readonly TaskPromptsFile[];
}

/** Splits by preference: FusionBench scores on test data, validation data are the next best. */
const SPLITS = ['test', 'validation', 'valid', 'val', 'dev', 'train'];

/** Folders of a data set's repository that are not its name. */
const INNER_FOLDERS = new Set(['data', 'default', 'plain_text']);

/** `test-00000-of-00003.parquet`, with a hash in older repositories. */
const SHARD = /^(.+)-\d{5}-of-\d{5}(?:-[0-9a-f]+)?$/;

export function isParquet(name: string): boolean {
  return /\.parquet$/i.test(name);
}

/** Data set and split of a file by its path. */
function origin(path: string): { name: string; split: string } {
  const folders = path.split('/');
  const stem = (folders.pop() ?? '').replace(/\.parquet$/i, '');
  const part = SHARD.exec(stem)?.[1] ?? stem;
  let split = SPLITS.includes(part) || SHARD.test(stem) ? part : '';
  for (let last = folders.at(-1); last !== undefined; last = folders.at(-1)) {
    if (SPLITS.includes(last)) split ||= last;
    else if (!INNER_FOLDERS.has(last)) break;
    folders.pop();
  }
  return { name: folders.at(-1) ?? part, split };
}

function preference(split: string): number {
  const place = SPLITS.indexOf(split);
  return place < 0 ? SPLITS.length : place;
}

/** One group per data set, of its most fitting split; files of others are added to `skipped`. */
export function parquetGroups(
  sources: readonly ParquetSource[],
  skipped: Skipped[],
): ParquetGroup[] {
  const sets = new Map<string, Map<string, ParquetSource[]>>();
  for (const source of sources.toSorted((a, b) => byCodePoint(a.file.path, b.file.path))) {
    const { name, split } = origin(source.file.path);
    const splits = sets.get(name) ?? new Map<string, ParquetSource[]>();
    splits.set(split, [...(splits.get(split) ?? []), source]);
    sets.set(name, splits);
  }
  return [...sets].map(([name, splits]) => {
    const [[taken, chosen] = ['', []], ...others] = [...splits].sort(
      ([a], [b]) => preference(a) - preference(b),
    );
    for (const { file } of others.flatMap(([, files]) => files)) {
      skipped.push({ name: file.path, reason: `the split "${taken}" of ${name} is taken` });
    }
    return { name, files: chosen.map(({ file }) => file), prompts: chosen[0]?.prompts ?? [] };
  });
}
