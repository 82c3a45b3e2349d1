/** What is typed into the dialogue: repositories, one a line, or a configuration of FusionBench's that names them. */
import { ConfigError } from '../errors';
import type { Repository } from '../hub/session';
import { isRepositoryName, MOVED } from '../modelpool/sources/repository-name';
import { readPools } from '../program/config/program/read-pools';
import { parseSplit } from '../program/config/program/split';
import { isGenericDataset } from '../program/run/generic-dataset';
import { type Part, partsOf } from '../program/run/parts';

/** A repository, and all that is read of it. */
export interface Wanted {
  readonly repository: Repository;
  readonly parts: readonly Part[];
}

/** `datasets/org/name@revision split`, with or without the Hub's address before it. */
const LINE =
  /^(?:https?:\/\/[^/\s]+\/)?(?<dataset>datasets\/)?(?<name>[\w.-]+(?:\/[\w.-]+)?)(?:(?:@|\/tree\/)(?<revision>[^\s@]+))?(?:\s+(?<split>\S.*))?$/;

/**
 * Each repository once, in the order in which they are named.
 * @throws ConfigError with what cannot be read, a line each, or where nothing is named
 */
export function readWanted(text: string): Wanted[] {
  const parts = /^\s*[\w-]+:(\s|$)/m.test(text) ? partsOfYaml(text) : partsOfLines(text);
  const found = new Map<string, { repository: Repository; parts: Part[] }>();
  const problems: string[] = [];
  for (const part of parts) {
    const repository = repositoryOf(part);
    if (repository === null) {
      const what = part.kind === 'model' ? part.source.reference : part.source.path;
      problems.push(`${part.path}: ${what} is no repository of the Hub (organisation/name).`);
      continue;
    }
    const key = JSON.stringify(repository);
    const entry = found.get(key) ?? { repository, parts: [] };
    entry.parts.push(part);
    found.set(key, entry);
  }
  if (problems.length > 0) throw new ConfigError(problems.join('\n'));
  if (found.size > 0) return [...found.values()];
  throw new ConfigError('Name a repository: organisation/name.');
}

/** A processor comes with the base: what is alone one is no model of the pool. */
function partsOfYaml(text: string): Part[] {
  return partsOf(readPools(text, 'This YAML')).filter(
    (part) => part.kind === 'dataset' || part.role !== 'processor',
  );
}

function partsOfLines(text: string): Part[] {
  const problems: string[] = [];
  const parts = text.split('\n').flatMap((line, index) => {
    if (/^\s*(#|$)/.test(line)) return [];
    const path = `Line ${index + 1}`;
    try {
      return [partOfLine(line.trim(), path)];
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      problems.push(`${path}: ${error.message}`);
      return [];
    }
  });
  if (problems.length > 0) throw new ConfigError(problems.join('\n'));
  return parts;
}

function partOfLine(line: string, path: string): Part {
  const { dataset, name, revision, split } = LINE.exec(line)?.groups ?? {};
  if (name === undefined || (split !== undefined && !dataset)) {
    throw new ConfigError(
      `${line} is no repository. Write organisation/name, organisation/name@revision, or datasets/organisation/name and a split.`,
    );
  }
  const at = revision === undefined ? {} : { revision };
  return dataset
    ? { kind: 'dataset', path, source: { path: name, split: parseSplit(split ?? 'test'), ...at } }
    : { kind: 'model', path, source: { reference: name, ...at }, role: 'weights' };
}

function repositoryOf(part: Part): Repository | null {
  const revision = part.source.revision ?? 'main';
  if (part.kind === 'dataset') {
    const { path } = part.source;
    if (isGenericDataset(path) || !isRepositoryName(path)) return null;
    const name = (Object.hasOwn(MOVED, path) ? MOVED[path] : undefined) ?? path;
    return { kind: 'dataset', name, revision };
  }
  // `#` and what follows means a part of its weights, which is chosen when they are here.
  const [name = ''] = part.source.reference.split('#');
  return isRepositoryName(name) ? { kind: 'model', name, revision } : null;
}
