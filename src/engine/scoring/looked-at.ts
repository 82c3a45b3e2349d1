/** The pictures that a method looks at: those of each expert's own task, to choose by where it is split. Pure. */
import type { ClipModel, ProcessorConfig } from '../../clip/types';
import type { MethodChoice } from '../../method/types';
import type { Expert } from '../../modelpool/types';
import type { TaskSplit } from '../tasks/split';
import type { Picture } from '../value';
import { type CombinationKey, itemOf, type LookedAtKey, type SourceKey } from './keys';

/** A task that is scored, and the files of its own expert. */
export interface OwnedTask {
  readonly id: string;
  readonly images: readonly Picture[];
  readonly split: TaskSplit | null;
  readonly expert: { readonly key: SourceKey } | null;
}

export interface LookedAt {
  /** Of each expert's task, in the order of the sum and of the data. */
  readonly pictures: readonly (readonly Picture[])[];
  readonly processor: ProcessorConfig;
}

/** What is merged by a method that looks at pictures. */
interface Merge {
  readonly key: CombinationKey;
  readonly base: { readonly model: ClipModel };
  readonly experts: readonly Expert[];
  readonly method: MethodChoice;
  /** Says how pictures are prepared where the base does not. */
  readonly donor: { readonly key: SourceKey; readonly model: ClipModel } | null;
}

/** What it looks at, and the key that says so; or what is missing, for people. */
export function withPictures(
  { key, base, experts, method: { method }, donor }: Merge,
  tasks: readonly OwnedTask[],
): { readonly key: CombinationKey; readonly looksAt: LookedAt } | { readonly missing: string } {
  const own = ownTasks(
    key.experts.map(({ source }) => source),
    tasks,
  );
  const without = experts.filter((_, place) => !own[place]).map(({ model }) => model.name);
  if (without.length > 0) {
    const [their, have] = without.length === 1 ? ['its name', 'has'] : ['their names', 'have'];
    return {
      missing: `${method.title} looks at pictures of each expert’s own task, and ${without.join(', ')} ${have} none. Add or include task images under ${their}, or choose the expert in the details of a task.`,
    };
  }
  const prepared = base.model.processor ? null : donor;
  const processor = (prepared ?? base).model.processor;
  if (!processor) {
    return {
      missing: `${base.model.name} does not say how pictures are prepared; add preprocessor_config.json to its folder.`,
    };
  }
  const looked = own.flatMap((task) => task ?? []);
  return {
    key: { ...key, looksAt: lookedAtKey(looked, prepared?.key ?? null) },
    looksAt: { pictures: looked.map(picturesToLookAt), processor },
  };
}

/** Of these experts their own tasks, in their order; undefined where one has none. Of several the first counts. */
export function ownTasks<T extends OwnedTask>(
  experts: readonly SourceKey[],
  tasks: readonly T[],
): (T | undefined)[] {
  return experts.map(({ files }) =>
    tasks.find(
      ({ expert, images }) =>
        images.length > 0 && expert && itemOf(expert.key.files) === itemOf(files),
    ),
  );
}

/** @param prepared - whose preprocessing is used, where that is not the base's */
export function lookedAtKey(tasks: readonly OwnedTask[], prepared: SourceKey | null): LookedAtKey {
  return {
    tasks: tasks.map(({ id, split }) => ({ pictures: id, share: split?.share ?? null })),
    ...(prepared && { prepared }),
  };
}

/** All that may be looked at of a task: where it is split, it is not reported on. */
function picturesToLookAt({ images, split }: OwnedTask): readonly Picture[] {
  return split ? split.choosing.flatMap((row) => images[row] ?? []) : images;
}
