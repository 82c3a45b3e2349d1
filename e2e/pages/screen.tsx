/** The whole page on an engine that computes nothing and shows what the spec tells it to: for layout, measured. */
import { createRoot } from 'react-dom/client';
import { App } from '../../src/app/app';
import { ErrorBoundary } from '../../src/app/error-boundary';
import '../../src/app/styles/tokens.css';
import '../../src/app/styles/base.css';
import '../../src/app/styles/layout.css';
import '../../src/app/styles/print.css';
import { createStudio } from '../../src/state/store';
import { bareDependencies, createFakeEngine, type FakeEngine } from '../../src/state/testing';
import { troubleReport } from '../../src/state/trouble';
import type { ExportedFile, StudioState } from '../../src/state/types';
import { watchUnhandled } from '../../src/state/unhandled';
import { expose } from '../support/pages';

let fake: FakeEngine | null = null;
/** What was handed to the browser's downloads. */
const saved: ExportedFile[] = [];

/** Draws the page at this snapshot; null is an engine that never comes up. */
async function show(first: StudioState | null, sentence: string | null): Promise<void> {
  const container = document.getElementById('root');
  if (container === null) throw new Error('screen.html has no element with the id "root".');
  const made = createFakeEngine(first ?? undefined);
  fake = made;
  if (first === null) made.answer('connect', () => new Promise(() => undefined));
  const demo =
    sentence === null ? null : { sentence, models: [], tasks: { files: [] }, heads: 'heads.json' };
  const studio = createStudio({
    ...bareDependencies(made.open),
    requestFrame: (callback) => requestAnimationFrame(callback),
    save: (file) => saved.push(file),
    demo,
  });
  watchUnhandled(window, studio.commands.tellUnhandled);
  createRoot(container).render(
    <ErrorBoundary report={(error) => troubleReport(error, studio.store.getState())}>
      <App studio={studio} />
    </ErrorBoundary>,
  );
  const started = studio.commands.start();
  if (first !== null) await started;
}

export const room = {
  show,
  push: (snapshot: StudioState) => fake?.push(snapshot),
  /** The commands that the engine was given, by name. */
  asked: () => fake?.calls.map(([name]) => String(name)) ?? [],
  /** The files that were saved, and the width of those that are pictures. */
  saved: () =>
    Promise.all(
      saved.map(async ({ name, file }) => {
        const isPicture = file.type === 'image/png';
        const width = isPicture ? (await createImageBitmap(file)).width : null;
        return { name, type: file.type, width };
      }),
    ),
};
expose(room);
