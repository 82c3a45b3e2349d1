/**
 * Class names and prompt templates of the classification tasks that FusionBench knows, by task name. Every task is a file
 * of its own, loaded when it is asked for: all of them together are larger than the page.
 *
 * Made from fusion-bench by `reference/groups/classnames.py`; each file names its source.
 */
import names from './names.json';

export interface ClassInformation {
  /** In label order. */
  readonly classnames: readonly string[];
  /** Prompts with `{}` for the class name. */
  readonly templates: readonly string[];
}

const files = import.meta.glob<ClassInformation & { readonly source: string }>('./data/*.json', {
  import: 'default',
});

const fileOf: ReadonlyMap<string, string> = new Map(Object.entries(names));

/** Spellings that are no name of FusionBench's: case, `-` and `_` alike. */
const fileOfSpelling: ReadonlyMap<string, string> = new Map(
  [...fileOf].map(([name, file]) => [spelling(name), file]),
);

function spelling(name: string): string {
  return name.toLowerCase().replaceAll(/[-\s]/g, '_');
}

/** The task names of FusionBench, data set names (`tanganke/dtd`) among them. */
export function knownTaskNames(): readonly string[] {
  return [...fileOf.keys()];
}

/**
 * What a task's classes are called and how they are asked for, or undefined for a task that is not known.
 * @param taskName - as in FusionBench, e.g. `stanford-cars`; `Stanford_Cars` is the same
 */
export async function classInformation(taskName: string): Promise<ClassInformation | undefined> {
  const file = fileOf.get(taskName) ?? fileOfSpelling.get(spelling(taskName));
  const load = file === undefined ? undefined : files[`./data/${file}.json`];
  if (!load) return undefined;
  const { classnames, templates } = await load();
  return { classnames, templates };
}
