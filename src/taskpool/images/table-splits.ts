/** Which Parquet files or tar archives belong together: one data set's, of one split, told from their names. */
import { byCodePoint } from '../../code-points';
import { isTarName } from '../tar/open-tar';
import type { Skipped, SourceFile } from './sources';
import type { TaskPromptsFile } from './tasks-json';

export interface TableSource {
  readonly file: SourceFile;
  /** The `tasks.json` files around it, nearest first. */
  readonly prompts: readonly TaskPromptsFile[];
}

export interface TableGroup {
  /** Name of the task. */
  readonly name: string;
  readonly kind: 'parquet' | 'tar';
  /** In the order of their names, which is that of the data. */
  readonly files: readonly SourceFile[];
  readonly prompts: readonly TaskPromptsFile[];
}

/** Splits by preference: FusionBench scores on test data, validation data are the next best. */
const SPLITS = ['test', 'validation', 'valid', 'val', 'dev', 'train'];

/** Folders of a data set's repository that are not its name. */
const INNER_FOLDERS = new Set(['data', 'default', 'plain_text']);

/** The name of a set whose files lie in no folder and are called by their split alone. */
const UNNAMED = 'images';

/** `test-00000-of-00003.parquet`, with a hash in older repositories, and `imagenet-val-000012.tar`. */
const SHARD = /^(.+?)-\d{5,}(?:-of-\d{5,}(?:-[0-9a-f]+)?)?$/;
const NUMBERED_SPLIT = new RegExp(`^(${SPLITS.join('|')})[-_]?\\d+$`);
const SPLIT_AT_END = new RegExp(`^(.+)[-_](${SPLITS.join('|')})$`);

/** Whether a file may be a task by itself. */
export function isTable(name: string): boolean {
  return isParquet(name) || isTarName(name);
}

function isParquet(name: string): boolean {
  return /\.parquet$/i.test(name);
}

/** Data set and split of a file by its path; no name where only folders and files of splits are in it. */
function origin(path: string): { name: string; split: string } {
  const folders = path.split('/');
  const stem = (folders.pop() ?? '').replace(/\.(?:parquet|tar(?:\.\w+)?|tgz)$/i, '');
  const shard = SHARD.exec(stem)?.[1] ?? NUMBERED_SPLIT.exec(stem)?.[1];
  const part = shard ?? stem;
  const ended = shard === undefined ? null : SPLIT_AT_END.exec(shard);
  const own = ended?.[2] ?? part;
  let split = SPLITS.includes(own) || (shard !== undefined && !ended) ? own : '';
  for (let last = folders.at(-1); last !== undefined; last = folders.at(-1)) {
    if (SPLITS.includes(last)) split ||= last;
    else if (!INNER_FOLDERS.has(last)) break;
    folders.pop();
  }
  const named = ended?.[1] ?? part;
  const isName = !SPLITS.includes(named) && !/^\d+$/.test(named);
  return { name: folders.at(-1) ?? (isName ? named : UNNAMED), split };
}

function preference(split: string): number {
  const place = SPLITS.indexOf(split);
  return place < 0 ? SPLITS.length : place;
}

interface SourceSet {
  readonly name: string;
  readonly kind: TableGroup['kind'];
  readonly splits: Map<string, TableSource[]>;
}

/** One group per data set, of its most fitting split; files of others are added to `skipped`. */
export function tableGroups(sources: readonly TableSource[], skipped: Skipped[]): TableGroup[] {
  const sets = new Map<string, SourceSet>();
  for (const source of sources.toSorted((a, b) => byCodePoint(a.file.path, b.file.path))) {
    const { name, split } = origin(source.file.path);
    const kind = isParquet(source.file.name) ? 'parquet' : 'tar';
    const key = `${kind}/${name}`;
    const { splits } = sets.get(key) ?? { splits: new Map<string, TableSource[]>() };
    splits.set(split, [...(splits.get(split) ?? []), source]);
    sets.set(key, { name, kind, splits });
  }
  return [...sets.values()].map(({ name, kind, splits }) => {
    const [[taken, chosen] = ['', []], ...others] = [...splits].sort(
      ([a], [b]) => preference(a) - preference(b),
    );
    for (const { file } of others.flatMap(([, files]) => files)) {
      skipped.push({ name: file.path, reason: `the split "${taken}" of ${name} is taken` });
    }
    return { name, kind, files: chosen.map(({ file }) => file), prompts: chosen[0]?.prompts ?? [] };
  });
}
