/** "Add task images": dropped folders and zips become image sets of the library, one per task. */
import type { Library } from '../storage/types';
import { readImageSet } from '../taskpool/images/read-image-set';
import { interrupted } from './add-models';
import type { AddOutcome, DroppedFile, Finding, Origin } from './api';
import type { Job } from './jobs';
import type { ImageSetFacts, TaskEntry } from './task-shelf';

export interface AddedTasks {
  readonly tasks: readonly TaskEntry[];
  readonly outcome: AddOutcome;
}

/** Rejects with FormatError where the files are no image set; an import that is stopped or refused becomes a finding. */
export async function addTasks(
  library: Library,
  files: readonly DroppedFile[],
  origin: Origin,
  job: Job,
): Promise<AddedTasks> {
  const { tasks, skipped } = await readImageSet(
    files.map(({ path, file }) => ({ name: path, blob: file })),
  );
  const findings: Finding[] = skippedFindings(skipped);
  const entries: TaskEntry[] = [];
  for (const { name, classnames, templates, images } of tasks) {
    const facts: ImageSetFacts = { labels: images.map(({ label }) => label) };
    const request = {
      name,
      // Prefixed by the class: the same file name may stand in every class folder.
      files: images.map((image) => ({ name: `${image.label}/${image.name}`, blob: image.blob })),
      facts,
    };
    try {
      const item = await library.importImageSet(request, {
        signal: job.signal,
        onProgress: (done, total) =>
          job.report(`Importing ${name}`, total === 0 ? null : done / total),
      });
      entries.push({ id: item.id, name, origin, included: true, classnames, templates });
    } catch (error) {
      // What was imported before stays; what comes after would fail in the same way.
      findings.push(interrupted(name, error));
      break;
    }
  }
  return { tasks: entries, outcome: { added: entries.map(({ name }) => name), findings } };
}

function skippedFindings(skipped: readonly { name: string; reason: string }[]): Finding[] {
  if (skipped.length === 0) return [];
  return [
    {
      severity: 'warning',
      message:
        skipped.length === 1
          ? 'One file was left out of the tasks.'
          : `${skipped.length} files were left out of the tasks.`,
      details: skipped.map(({ name, reason }) => `${name}: ${reason}`),
    },
  ];
}
