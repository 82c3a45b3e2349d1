/**
 * The whole page on an engine that computes nothing and takes every setting: for undo, links, sweeps, and what is told when
 * something ends. The browser around it is the real one, but for its clock, which a spec can set on.
 */
import { createRoot } from 'react-dom/client';
import results from '../../public/demo/results.json';
import { App } from '../../src/app/app';
import '../../src/app/styles/tokens.css';
import '../../src/app/styles/base.css';
import '../../src/app/styles/layout.css';
import '../../src/app/styles/print.css';
import { browserPlatform } from '../../src/state/browser-platform';
import { saveFile } from '../../src/state/downloads';
import { createStudio } from '../../src/state/store';
import { bareDependencies, createFakeEngine, type FakeEngine } from '../../src/state/testing';
import type { ExportedFile, MergeSettings, StudioState } from '../../src/state/types';
import { expose } from '../support/pages';

let fake: FakeEngine | null = null;
let snapshot: StudioState | null = null;
let skipped = 0;
let missing: readonly string[] = [];
let finish: (file: ExportedFile) => void = () => undefined;
/** Notifications of the system that were shown. */
const shown: string[] = [];

function push(changes: Partial<StudioState>): void {
  if (snapshot === null) throw new Error('The page is not drawn yet.');
  snapshot = { ...snapshot, ...changes };
  fake?.push(snapshot);
}

/** Brings the snapshot to these settings, as the engine would. */
function settle(changes: Partial<MergeSettings>): void {
  if (snapshot === null) return;
  const merge = { ...snapshot.merge, ...changes };
  const settings = new Map(merge.models.map((setting) => [setting.id, setting]));
  push({
    merge,
    scalingFactor: merge.scalingFactor ?? 0.3,
    method: {
      ...snapshot.method,
      ...snapshot.methods.find(({ name }) => name === merge.method.name),
    },
    pool: {
      ...snapshot.pool,
      models: snapshot.pool.models.map((model) => {
        const { included = true, weight = 1 } = settings.get(model.id) ?? {};
        return { ...model, included, weight };
      }),
    },
  });
}

const settingOf = (id: string, changes: Partial<MergeSettings['models'][number]>) =>
  settle({
    models: (snapshot?.merge.models ?? []).map((model) =>
      model.id === id ? { ...model, ...changes } : model,
    ),
  });

/** Draws the page at this snapshot. */
async function show(first: StudioState): Promise<void> {
  const container = document.getElementById('root');
  if (container === null) throw new Error('steering.html has no element with the id "root".');
  const { method } = first;
  const ties = { name: 'TiesMergingAlgorithm', title: 'TIES merging', summary: 'Trims.' };
  snapshot = { ...first, methods: [method, ties] };
  const made = createFakeEngine(snapshot);
  fake = made;
  made.answer('setScalingFactor', async (scalingFactor) => settle({ scalingFactor }));
  made.answer('setMethod', async (name, options) => settle({ method: { name, options } }));
  made.answer('setMerge', async (settings) => settle(settings));
  made.answer('setWeights', async (weights) => {
    for (const [id, weight] of Object.entries(weights)) settingOf(id, { weight });
  });
  made.answer('editPool', async (edit) => {
    if (edit.type === 'setIncluded') settingOf(edit.id, { included: edit.included });
  });
  made.answer('editTask', async (edit) => {
    if (edit.type !== 'setExpert' || snapshot === null) return;
    const expert = snapshot.pool.models.find(({ id }) => id === edit.expert)?.name ?? null;
    push({
      tasks: snapshot.tasks.map((task) =>
        task.id === edit.id ? { ...task, chosenExpert: edit.expert, expert } : task,
      ),
    });
  });
  made.answer('applyMerge', async (merge) => {
    if (missing.length === 0) settle({ scalingFactor: merge.scalingFactor });
    return { missing };
  });
  made.answer(
    'exportModel',
    () =>
      new Promise((resolve) => {
        finish = resolve;
      }),
  );
  const platform = browserPlatform();
  const studio = createStudio({
    ...bareDependencies(made.open),
    requestFrame: (callback) => requestAnimationFrame(callback),
    save: saveFile,
    demo: { sentence: 'A demo.', models: [], tasks: { files: [] }, heads: 'heads.json' },
    fetchDemoFile: async () => new Blob([JSON.stringify(results)]),
    platform: {
      ...platform,
      now: () => Date.now() + skipped,
      notifications: {
        ...platform.notifications,
        show: (_, body) => void shown.push(body),
      },
    },
  });
  createRoot(container).render(<App studio={studio} />);
  await studio.commands.start();
}

export const room = {
  show,
  push,
  /** The clock is so many milliseconds further. */
  skip: (ms: number) => {
    skipped += ms;
  },
  /** What links lack from now on. */
  lack: (names: readonly string[]) => {
    missing = names;
  },
  finish: (name: string) => finish({ name, file: new Blob(['weights']) }),
  calls: (wanted: string) =>
    (fake?.calls ?? []).filter(([name]) => name === wanted).map(([, ...given]) => given),
  merge: () => snapshot?.merge ?? null,
  notified: () => shown,
};
expose(room);
