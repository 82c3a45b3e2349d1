/**
 * The engine: takes the page's commands and pushes snapshots. It knows neither page nor worker, so it runs in Node as
 * well, which is how it is tested.
 */
import { ConfigError } from '../errors';
import { RECIPE_KEY, readRecipe } from '../program/recipe';
import type { Library } from '../storage/types';
import { addModels } from './add-models';
import { addTasks } from './add-tasks';
import type { StudioEngine } from './api';
import { applyRecipe } from './apply-recipe';
import { readConfiguration, writeConfiguration } from './configuration';
import { exportModel, exportReport } from './exports';
import { readMemory } from './memory';
import { chooseMethod } from './method-state';
import { addModels as addToPool, editPool } from './pool-state';
import type { RuntimeParts } from './runtime-choice';
import { createSession } from './session';
import { editTasks, openTask, sampleImages, withFreeNames } from './task-shelf';

/** Far more than any configuration has; a wrong file is refused before it is read. */
const MAX_CONFIGURATION_BYTES = 1_000_000;

export interface StudioParts {
  readonly library: Library;
  readonly runtime: RuntimeParts;
  /** Version of this program, for recipes and reports. */
  readonly version: string;
}

export function createStudio({ library, runtime, version }: StudioParts): StudioEngine {
  const session = createSession(library, runtime);
  const { computer, jobs, update } = session;

  const exportContext = () => ({
    ...session.state(),
    library,
    version,
    scalingFactor: session.scalingFactor(),
    workspace: computer.workspace(),
    snapshot: session.snapshot(),
  });

  /** Removes everything of the demo and remembers that it is hidden; no-op where there is none of it. */
  const removeDemo = async () => {
    const { pool, tasks } = session.state();
    const models = pool.entries.filter(({ origin }) => origin === 'demo');
    const shown = tasks.filter(({ entry }) => entry.origin === 'demo');
    update({ demoHidden: true });
    for (const { id } of models) {
      update({ pool: editPool(session.state().pool, { type: 'remove', id }) });
      await library.remove(id);
    }
    for (const { entry } of shown) {
      update({ tasks: editTasks(session.state().tasks, { type: 'remove', id: entry.id }) });
      await library.remove(entry.id);
    }
  };

  return {
    async connect(listener) {
      session.listen(listener);
      await library.recover();
      const { scalingFactor, tasks, ...memory } = await readMemory(library);
      const opened = await Promise.all(tasks.map((entry) => openTask(library, entry)));
      update({
        ...memory,
        chosenFactor: scalingFactor,
        tasks: opened.filter((task) => task !== null),
      });
      if (tasks.length > 0) computer.expect();
      await computer.choose(memory.choice);
      // What fails here is in the snapshot: one bad model must not keep the page from opening.
      await session.poolChanged().catch((error: Error) => computer.fail(error));
      // The page knows the library before it decides to load the demo.
      await listener(session.snapshot());
    },

    addCheckpoints: (jobId, files, origin) =>
      jobs.run(jobId, 'Reading checkpoints', async (job) => {
        const { pool, shelf } = session.state();
        const shelved = pool.baseId === null ? undefined : shelf.get(pool.baseId);
        // The demo's base is nothing to the user's models: it goes as soon as they come.
        const foreign = origin === 'user' && shelved?.entry.origin === 'demo';
        const base = foreign ? undefined : shelved?.model;
        const { models, outcome } = await addModels(library, files, origin, base, job);
        // The user's own models take the demo's place: its base would be the base of theirs.
        if (origin === 'user' && models.length > 0) await removeDemo();
        update({ pool: addToPool(session.state().pool, models) });
        await session.poolChanged();
        return outcome;
      }),

    addTaskImages: (jobId, files, origin) =>
      jobs.run(jobId, 'Reading images', async (job) => {
        computer.expect();
        const { tasks: entries, outcome } = await addTasks(library, files, origin, job);
        const opened = await Promise.all(entries.map((entry) => openTask(library, entry)));
        update({ tasks: withFreeNames(session.state().tasks, opened) });
        await session.tasksChanged();
        return outcome;
      }),

    async editPool(edit) {
      update({ pool: editPool(session.state().pool, edit) });
      if (edit.type === 'remove') await library.remove(edit.id);
      await session.poolChanged();
    },

    async editTask(edit) {
      update({ tasks: editTasks(session.state().tasks, edit) });
      if (edit.type === 'remove') await library.remove(edit.id);
      await session.tasksChanged();
    },

    async setScalingFactor(value) {
      if (!Number.isFinite(value)) {
        throw new ConfigError(`The scaling factor is a finite number, not ${value}.`);
      }
      update({ chosenFactor: value });
      session.refresh();
      await session.remember();
    },

    async setMethod(name, options) {
      const { method } = session.state();
      // Merged here, not on the page: its snapshot may be older than its last edit.
      const kept = name === method.name ? method.options : {};
      // Another method, another curve: a sweep of the old one is of no use.
      update({ method: chooseMethod(name, { ...kept, ...options }), sweep: [] });
      session.refresh();
      await session.remember();
    },

    async restoreRecipe(modelId) {
      const { pool, shelf } = session.state();
      const merged = shelf.get(modelId);
      const text = merged?.model?.checkpoint.metadata.get(RECIPE_KEY);
      if (!merged || text === undefined) {
        throw new ConfigError('This model has no recipe in its metadata.');
      }
      update(applyRecipe(readRecipe(merged.entry.name, text), pool, shelf));
      await session.poolChanged();
    },

    async exportConfiguration(format) {
      const yaml = writeConfiguration(session.state(), session.scalingFactor(), format);
      const name = format === 'mergekit' ? 'mergekit_config.yml' : 'task_arithmetic.yaml';
      return { name, file: new Blob([yaml], { type: 'application/yaml' }) };
    },

    async applyConfiguration({ path, file }) {
      if (file.size > MAX_CONFIGURATION_BYTES) {
        throw new ConfigError(`${path} is too large for a configuration (${file.size} bytes).`);
      }
      const { pool, shelf } = session.state();
      update(applyRecipe(readConfiguration(await file.text(), path), pool, shelf));
      await session.poolChanged();
    },

    async sweep(values) {
      update({ sweep: values });
      session.refresh();
    },

    async stop() {
      update({ sweep: [] });
      computer.stop();
      session.changed();
    },

    async cancel(jobId) {
      jobs.cancel(jobId);
    },

    async chooseEngine(choice) {
      update({ choice });
      await session.remember();
      await computer.choose(choice);
      session.refresh();
    },

    exportModel: (jobId, options) =>
      jobs.run(jobId, 'Writing the merged model', (job) =>
        exportModel(exportContext(), options, job),
      ),

    exportReport: () => exportReport(exportContext()),

    async sampleImages(taskId, count) {
      const task = session.state().tasks.find(({ entry }) => entry.id === taskId);
      return task ? sampleImages(task, count) : [];
    },

    async setDemoHidden(hidden) {
      if (hidden) await removeDemo();
      else update({ demoHidden: false });
      await session.poolChanged();
    },
  };
}
