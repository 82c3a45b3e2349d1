/** Test support: the micro files opened, without library and pool. */
import { openClip } from '../../clip/open';
import type { ClipModel } from '../../clip/types';
import { taskArithmetic } from '../../method/task-arithmetic';
import type { Method } from '../../method/types';
import type { SourceKey } from '../scoring/keys';
import type { ScoringInputs, Source, TaskInput } from '../scoring/readiness';
import { type MicroFiles, microFiles } from './micro';

export type MicroName = 'base' | 'second' | 'alpha' | 'beta' | 'gamma';

export interface Micro {
  readonly files: MicroFiles;
  readonly models: Readonly<Record<MicroName, ClipModel>>;
}

export async function openMicro(): Promise<Micro> {
  const files = await microFiles();
  const open = (name: MicroName, base?: ClipModel) => {
    const dropped = files.models[name] ?? [];
    return openClip(
      name,
      dropped.map(({ file }) => ({ name: file.name, blob: file })),
      base,
    );
  };
  const base = await open('base');
  const [second, alpha, beta, gamma] = await Promise.all([
    open('second'),
    open('alpha', base),
    open('beta', base),
    open('gamma', base),
  ]);
  return { files, models: { base, second, alpha, beta, gamma } };
}

export interface MicroDemand {
  /** In the order of the sum. */
  readonly experts?: readonly MicroName[];
  readonly donor?: MicroName;
  readonly method?: Method;
  readonly tasks?: readonly TaskInput[];
}

/** What is scored of the micro models: task arithmetic of alpha and beta on both tasks, unless told. */
export function microInputs(micro: Micro, given: MicroDemand = {}): ScoringInputs {
  const { experts = ['alpha', 'beta'], donor = 'base', method = taskArithmetic } = given;
  const { tasks = [microTask(micro, 'alpha', 'alpha'), microTask(micro, 'pairs')] } = given;
  const base = microSource(micro, 'base');
  const sources = experts.map((name) => microSource(micro, name));
  return {
    key: {
      base: base.key,
      experts: sources.map(({ key }) => ({ source: key, weight: 1 })),
      method: method.name,
      options: {},
    },
    base,
    donor: microSource(micro, donor),
    experts: sources.map(({ model }) => ({ model, weight: 1 })),
    method: { method },
    tasks,
  };
}

/** The same experts, which count that much. */
export function weighed(inputs: ScoringInputs, weights: readonly number[]): ScoringInputs {
  const weightAt = (place: number) => weights[place] ?? 1;
  return {
    ...inputs,
    key: {
      ...inputs.key,
      experts: inputs.key.experts.map(({ source }, i) => ({ source, weight: weightAt(i) })),
    },
    experts: inputs.experts.map(({ model }, i) => ({ model, weight: weightAt(i) })),
  };
}

export function microSource({ models }: Micro, name: MicroName): Source {
  const key: SourceKey = { files: name, openedAgainst: name === 'base' ? null : 'base' };
  return { key, model: models[name] };
}

/** Pictures of two classes; `expert` is the task's own. */
export function microTask(
  micro: Micro,
  name: 'alpha' | 'pairs',
  expert?: MicroName,
  part: Partial<TaskInput['key']> = {},
): TaskInput {
  const files = micro.files.tasks[name] ?? [];
  const classnames = ['left', 'right'];
  const donor = microSource(micro, 'base').key;
  return {
    key: { pictures: name, classnames, templates: ['a {}'], donor, ...part },
    id: name,
    name,
    images: files.map(({ file }) => ({ name: file.name, blob: file })),
    labels: files.map(({ path }) => classnames.indexOf(path.split('/')[1] ?? '')),
    split: null,
    expert: expert ? microSource(micro, expert) : null,
  };
}
