/** How the experts relate: this program's own section of a configuration. */
import * as v from 'valibot';
import type { ConfigValue } from '../../hydra/values/node';
import { poolNames } from './modelpool';
import { isTree, type Reading, readSection } from './reading';
import { flag, text } from './schemas';
import type { ModelPoolConfig, RelationsConfig } from './types';

const PATH = 'relations';

const schema = {
  directions: v.optional(flag, true),
  save_path: v.optional(v.nullable(text), '{log_dir}/relations'),
};

/** Null where they are not asked for, undefined where it is wrong: `relations: true`, or a section with options. */
export function readRelations(
  reading: Reading,
  value: ConfigValue | undefined,
): RelationsConfig | null | undefined {
  if (value === undefined || value === null || value === false) return null;
  const tree = value === true ? new Map<string, ConfigValue>() : value;
  if (!isTree(tree)) {
    reading.problems.push(`${PATH}: true is expected, or a section with directions and save_path.`);
    return undefined;
  }
  const read = readSection(reading, tree, PATH, schema, 'a relations section');
  return read && { directions: read.directions, savePath: read.save_path };
}

/** What they lack: sentences, each beginning with a path, and saying what to do. */
export function relationsProblems(modelpool: ModelPoolConfig): readonly string[] {
  const { hasPretrained, experts } = poolNames(modelpool);
  if (hasPretrained && experts.length > 1) return [];
  return [
    `${PATH}: fine-tuned models of _pretrained_ are compared with each other. Give it and two or more of them in modelpool.models.`,
  ];
}
