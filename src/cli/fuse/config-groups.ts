/** Which configurations and groups a folder of configurations has. */
import type { ConfigSource } from '../../program/hydra/source';

export type ListedSource = Pick<Required<ConfigSource>, 'list'>;

/** Groups of the folder by name, with their options as an override says them: `dare/task_arithmetic`. */
export async function configGroups(source: ListedSource): Promise<Map<string, string[]>> {
  const groups = new Map<string, string[]>();
  for (const name of (await namesIn(source, '')).folders) {
    const options = await optionsBelow(source, name);
    if (options.length > 0) groups.set(name, options);
  }
  return groups;
}

/** Names of the configurations themselves, without `.yaml`. */
export async function configNames(source: ListedSource): Promise<string[]> {
  return (await namesIn(source, '')).files;
}

/** Options of a group and of the groups inside it, these by their paths from the first. */
export async function optionsBelow(source: ListedSource, group: string): Promise<string[]> {
  const { files, folders } = await namesIn(source, group);
  const inside = await Promise.all(
    folders.map(async (folder) =>
      (await optionsBelow(source, `${group}/${folder}`)).map((option) => `${folder}/${option}`),
    ),
  );
  return [...files, ...inside.flat()];
}

/** Names that begin with `_` are templates and examples. */
async function namesIn(source: ListedSource, folder: string) {
  const names = ((await source.list(folder)) ?? []).filter((name) => /^[^_.]/.test(name)).sort();
  return {
    files: names.flatMap((name) =>
      name.endsWith('.yaml') ? [name.slice(0, -'.yaml'.length)] : [],
    ),
    folders: names.filter((name) => !name.includes('.')),
  };
}
