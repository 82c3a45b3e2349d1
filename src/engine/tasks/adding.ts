/** "Add task images": dropped folders, zips and Parquet files become staged image sets, one per task. */
import type { Library } from '../../storage/types';
import { readImageSet } from '../../taskpool/images/read-image-set';
import type { Remark } from '../../taskpool/images/sources';
import type { ImageTask } from '../../taskpool/types';
import { type Staged, stageAll } from '../adding';
import type { DroppedFile, Finding } from '../api';
import { outOfHubCache } from '../hub-cache';
import type { Job } from '../jobs/jobs';
import { labelsAsFacts } from './opening';

export interface AddedTask extends ImageTask {
  /** Of a data set of the Hub: `organisation/name@commit/path` of its folder or its first file. */
  readonly source?: string;
}

export interface StagedTasks {
  readonly staged: readonly Staged<AddedTask>[];
  readonly findings: readonly Finding[];
}

/** Rejects with FormatError where the files are no image set; an import that is stopped or refused becomes a finding. */
export async function stageTasks(
  library: Library,
  files: readonly DroppedFile[],
  job: Job,
): Promise<StagedTasks> {
  const cached = await outOfHubCache(files);
  if (cached.files.length === 0 && cached.findings.length > 0) {
    return { staged: [], findings: cached.findings };
  }
  const { tasks, skipped, remarks } = await readImageSet(
    cached.files.map(({ path, file }) => ({ name: path, blob: file })),
    {
      signal: job.signal,
      onProgress: (done, total) => job.report('Reading images', total === 0 ? null : done / total),
    },
  );
  const findings: Finding[] = [
    ...cached.findings,
    ...skippedFindings(skipped),
    ...remarks.map(remarkFinding),
  ];
  const added = tasks.map((task): AddedTask => {
    const source = cached.originOf(task.path);
    return { ...task, ...(source !== undefined && { source }) };
  });
  const staged = await stageAll(
    added,
    ({ name, images }) =>
      library.stageImageSet(
        {
          name,
          // Prefixed by the class: the same file name may stand in every class folder.
          files: images.map((image) => ({
            name: `${image.label}/${image.name}`,
            blob: image.blob,
          })),
          facts: labelsAsFacts(images.map(({ label }) => label)),
        },
        {
          signal: job.signal,
          onProgress: (done, total) =>
            job.report(`Importing ${name}`, total === 0 ? null : done / total),
        },
      ),
    findings,
  );
  return { staged, findings };
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

function remarkFinding({ name, remark }: Remark): Finding {
  return { severity: 'warning', message: `${name}: ${remark}.`, details: [] };
}
