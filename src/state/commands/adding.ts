/** What is dropped or chosen, brought to the pools. */
import { isZip } from '../../checkpoint/file-roles';
import { splitDrop } from '../drop';
import type { Endings } from '../endings';
import { noticeOfFinding } from '../notices';
import type { AddOutcome, DroppedFile } from '../types';
import type { Acting } from './acting';
import type { LinkCommands } from './links';
import type { MergingCommands } from './merging';

export interface AddingCommands {
  /** A drop of anything: each file goes to the pool it is for. */
  add(files: readonly DroppedFile[]): Promise<void>;
  addCheckpoints(files: readonly DroppedFile[]): Promise<void>;
  addTaskImages(files: readonly DroppedFile[]): Promise<void>;
}

export interface AddingPort extends Acting {
  readonly endings: Endings;
  readonly links: LinkCommands;
  readonly openConfiguration: MergingCommands['openConfiguration'];
  /** Asks the browser to keep what is stored. */
  readonly persist: () => void;
}

export function createAddingCommands(port: AddingPort): AddingCommands {
  const { engine, run } = port;
  let persistAsked = false;

  const adding =
    (send: (files: readonly DroppedFile[]) => Promise<AddOutcome>) =>
    (files: readonly DroppedFile[]): Promise<void> =>
      run(async () => {
        if (files.length === 0) return;
        if (!persistAsked) port.persist();
        persistAsked = true;
        reportAdded(port, await port.endings.timed('The import', () => send(files)));
        await port.links.added();
      });
  const addCheckpoints = adding((files) => engine().addCheckpoints(port.nextJob(), files, 'user'));
  const addTaskImages = adding((files) => engine().addTaskImages(port.nextJob(), files, 'user'));

  /** By its name a zip could be a model as well as pictures: the engine looks into it. */
  const unzipped = async (files: readonly DroppedFile[]): Promise<readonly DroppedFile[]> => {
    if (!files.some(({ path }) => isZip(path))) return files;
    return port.attempt(() => engine().unzipModels(files), files);
  };

  return {
    async add(files) {
      const { checkpoints, taskImages, configurations } = splitDrop(await unzipped(files));
      await Promise.all([addCheckpoints(checkpoints), addTaskImages(taskImages)]);
      // Last: it may be about models of the same drop.
      await port.openConfiguration(configurations);
    },
    addCheckpoints,
    addTaskImages,
  };
}

/** Tells what was found about what was added, and what was added. */
export function reportAdded({ notify, announce }: Acting, { findings, added }: AddOutcome): void {
  for (const finding of findings) notify(noticeOfFinding(finding));
  if (added.length > 0) announce(`Added ${added.join(', ')}.`);
}
