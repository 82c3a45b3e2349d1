/** What goes into the linear layers of a pool's experts, on pictures of their own tasks. */
import { createInputsReader, type InputsReader } from '../../clip/linear-inputs';
import type { ProcessorConfig, VisionConfig } from '../../clip/types';
import { ConfigError } from '../../errors';
import type { ExpertInputs } from '../../method/types';
import { readVisionTensor } from '../../method/vision-tensor';
import { namedPlace } from '../../modelpool/same-name';
import type { OrtEngine } from '../../runtime/types';
import { createPatchSource } from '../../taskpool/patch-source';
import type { OpenedTask } from './open-task-node';

export interface ExpertInputsParts {
  readonly tasks: readonly OpenedTask[];
  readonly vision: VisionConfig;
  readonly processor: ProcessorConfig;
  /** What runs the towers, and how many pictures at once. */
  engine(): Promise<{ readonly vision: OrtEngine; readonly batch: number }>;
}

/** A task is an expert's where its name is, or ends the expert's, as in scoring. */
export function createExpertInputs({
  tasks,
  vision,
  processor,
  engine,
}: ExpertInputsParts): ExpertInputs & { release(): Promise<void> } {
  let reader: InputsReader | undefined;
  return {
    async begin({ experts }, pictures) {
      const names = experts.map(({ model }) => model.name);
      const own = names.map((_, place) =>
        tasks.find((task) => namedPlace(task.name, names) === place),
      );
      const without = names.filter((_, place) => !own[place]);
      if (without.length > 0) {
        throw new ConfigError(
          `taskpool.test_datasets: pictures of the tasks of ${without.join(', ')} are needed, and no task has such a name. Add ${without.length === 1 ? 'it' : 'them'}, or rename the models after their tasks.`,
        );
      }
      const { vision: ort, batch } = await engine();
      reader ??= createInputsReader(vision, ort, batch);
      const begun = reader;
      return experts.map(({ model }, place) => {
        const rows = spread(own[place]?.rows ?? [], pictures);
        // Each picture is looked at once: nothing is kept of it.
        const source = createPatchSource(rows, processor, vision, { left: 0 });
        return begun.begin({
          pictures: rows.length,
          weights: (name) => readVisionTensor(model, name),
          fill: source.fill,
        });
      });
    },
    async release() {
      await reader?.release();
      reader = undefined;
    },
  };
}

/** So many, or all, at even distances: of rows that lie class by class every class has its share, without a look at labels. */
function spread<T>(rows: readonly T[], count: number): T[] {
  const wanted = Math.min(count, rows.length);
  return Array.from(
    { length: wanted },
    (_, i) => rows[Math.floor((i * rows.length) / wanted)] as T,
  );
}
