/**
 * What the card of a data set (the head of its `README.md`) says of its files and classes.
 *
 * Source: datasets 5.2.0, `datasets/utils/metadata.py` and `datasets/info.py`.
 */
import * as v from 'valibot';
import { parseDocument } from 'yaml';
import type { NamedBlob } from '../../checkpoint/types';
import { ConfigError, FormatError } from '../../errors';
import type { SplitPatterns } from './split-files';

export interface DatasetCard {
  readonly configurations: readonly CardConfiguration[];
  /** The only configuration that the card describes; undefined where there are several or none. */
  readonly described: string | undefined;
  /** Class names of the columns of a configuration, in label order. */
  classnames(configuration: string | undefined): ReadonlyMap<string, readonly string[]>;
}

export interface CardConfiguration {
  readonly name: string;
  readonly isDefault: boolean;
  readonly patterns: SplitPatterns | undefined;
  readonly folder: string | undefined;
}

/** Cards are texts for people; a larger one is something else. */
const MAX_BYTES = 16 * 2 ** 20;

const Paths = v.union([
  v.pipe(
    v.string(),
    v.transform((path) => [path]),
  ),
  v.array(v.string()),
]);
const DataFiles = v.union([
  v.pipe(
    Paths,
    v.transform((paths): SplitPatterns => new Map([['train', paths]])),
  ),
  v.pipe(
    v.array(v.object({ split: v.string(), path: Paths })),
    v.transform(
      (list): SplitPatterns => new Map(list.map(({ split, path }) => [split, path] as const)),
    ),
  ),
]);
const Configuration = v.object({
  config_name: v.string(),
  data_files: v.optional(DataFiles),
  data_dir: v.optional(v.string()),
  default: v.optional(v.boolean(), false),
});

const Names = v.record(v.string(), v.pipe(v.unknown(), v.transform(String)));
const Feature = v.object({
  name: v.string(),
  dtype: v.union([v.object({ class_label: v.object({ names: Names }) }), v.unknown()]),
});
const Info = v.object({
  config_name: v.optional(v.string()),
  features: v.optional(v.array(Feature), []),
});
const Card = v.object({
  configs: v.optional(v.array(Configuration), []),
  dataset_info: v.optional(
    v.union([
      v.array(Info),
      v.pipe(
        Info,
        v.transform((info) => [info]),
      ),
    ]),
    [],
  ),
});

const EMPTY: DatasetCard = {
  configurations: [],
  described: undefined,
  classnames: () => new Map(),
};

/** @throws FormatError where its head is no YAML or says something that cannot be used */
export async function readDatasetCard(file: NamedBlob | undefined): Promise<DatasetCard> {
  if (!file || file.blob.size > MAX_BYTES) return EMPTY;
  const head = /^\s*---\r?\n([\s\S]*?)\r?\n---/.exec(await file.blob.text())?.[1];
  if (head === undefined) return EMPTY;
  const document = parseDocument(head);
  const [problem] = document.errors;
  if (problem) throw new FormatError(file.name, `Its head is no YAML: ${problem.message}`);
  const result = v.safeParse(Card, document.toJS() ?? {});
  if (!result.success) {
    const [issue] = result.issues;
    throw new FormatError(file.name, `${v.getDotPath(issue) ?? 'Its head'}: ${issue.message}.`);
  }
  const { configs, dataset_info: infos } = result.output;
  return {
    configurations: configs.map((config) => ({
      name: config.config_name,
      isDefault: config.default || config.config_name === 'default' || configs.length === 1,
      patterns: config.data_files,
      folder: config.data_dir,
    })),
    described: infos.length === 1 ? infos[0]?.config_name : undefined,
    classnames(configuration) {
      const info = infos.find(
        ({ config_name: name }) => name === configuration || name === undefined,
      );
      return new Map(info?.features.flatMap(({ name, dtype }) => classLabel(name, dtype)) ?? []);
    },
  };
}

const ClassLabel = v.object({ class_label: v.object({ names: Names }) });

/** `names` is a map from the label, as a text, to the name. */
function classLabel(column: string, dtype: unknown): [string, string[]][] {
  if (!v.is(ClassLabel, dtype)) return [];
  const { names } = v.parse(ClassLabel, dtype).class_label;
  const labels = Object.keys(names).sort((a, b) => Number(a) - Number(b));
  return [[column, labels.map((label) => names[label] ?? '')]];
}

/**
 * The configuration that is asked for, else the default one; undefined where the card has none.
 * @throws ConfigError where there is no such one, or one of several has to be chosen
 */
export function chooseConfiguration(
  { configurations, described }: DatasetCard,
  name: string | undefined,
  dataset: string,
): CardConfiguration | undefined {
  if (configurations.length === 0) return undefined;
  const called = (wanted: string | undefined) =>
    configurations.find((configuration) => configuration.name === wanted);
  const chosen =
    name === undefined
      ? (configurations.find(({ isDefault }) => isDefault) ?? called(described))
      : called(name);
  if (chosen) return chosen;
  const names = configurations.map((configuration) => configuration.name).join(', ');
  throw new ConfigError(
    name === undefined
      ? `${dataset} has several configurations; give one as name: ${names}.`
      : `${dataset} has no configuration ${name}; it has ${names}.`,
  );
}
