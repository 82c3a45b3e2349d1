/** What a configuration names that has to be there before it runs. */
import type { DatasetSource, Pretrained, ProgramConfig } from '../config/program/types';
import type { RowNeeds } from './row-choice';

/** Something of a configuration that has to be on this machine, and the place that asks for it. */
export type Part =
  | {
      readonly kind: 'model';
      readonly path: string;
      readonly source: Pretrained;
      readonly role: ModelRole;
    }
  | DatasetPart;

export interface DatasetPart {
  readonly kind: 'dataset';
  readonly path: string;
  readonly source: DatasetSource;
  /** Its name among the tasks; undefined where it is of none. */
  readonly task?: string;
  /** Which of its rows are read, where that is known. */
  readonly rows?: RowNeeds;
}

/** What of a model is read: its weights with all that describes them, an adapter's, or how pictures and texts are prepared. */
export type ModelRole = 'weights' | 'adapter' | 'processor';

/** The pools of a configuration; one that has no model pool names no models. */
export interface Pools {
  readonly modelpool: ProgramConfig['modelpool'] | null;
  readonly taskpool: ProgramConfig['taskpool'];
}

export function partsOf({ modelpool, taskpool }: Pools): Part[] {
  const parts: Part[] = [];
  const model = (path: string, source: Pretrained, role: ModelRole) =>
    parts.push({ kind: 'model', path, source, role });
  for (const source of modelpool?.models ?? []) {
    const path = `modelpool.models.${source.name}`;
    model(path, source, 'weights');
    if (source.adapter) model(path, { reference: source.adapter }, 'adapter');
  }
  if (taskpool?.target !== 'CLIPVisionModelTaskPool') return parts;
  model('taskpool.clip_model', taskpool.clipModel, 'weights');
  model('taskpool.processor', taskpool.processor, 'processor');
  if (taskpool.dataProcessor) {
    model('taskpool.data_processor', taskpool.dataProcessor, 'processor');
  }
  for (const { name, dataset } of taskpool.tasks) {
    const path = `taskpool.test_datasets.${name}`;
    parts.push({ kind: 'dataset', path, task: name, source: dataset });
  }
  return parts;
}
