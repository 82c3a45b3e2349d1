/** "Add checkpoints": dropped files become models of the library, or findings that say why not. */

import { NeedsBaseError } from '../clip/needs-base-error';
import { openClip } from '../clip/open';
import type { ClipModel } from '../clip/types';
import { FormatError } from '../errors';
import type { Library } from '../storage/types';
import type { AddOutcome, DroppedFile, Finding, Origin } from './api';
import type { Job } from './jobs';
import { groupModelFiles, type ModelGroup } from './pool/group-files';
import type { NewModel } from './pool-state';

export interface AddedModels {
  readonly models: readonly NewModel[];
  readonly outcome: AddOutcome;
}

/**
 * Opens every model before anything is stored (headers only), then imports the good ones one after the other. Bad ones
 * become findings and leave nothing behind; so does an import that is stopped or that the storage refuses. What only waits
 * for its base (a LoRA adapter) is imported: the shelf opens it again whenever the base changes.
 */
export async function addModels(
  library: Library,
  files: readonly DroppedFile[],
  origin: Origin,
  base: ClipModel | undefined,
  job: Job,
): Promise<AddedModels> {
  const { models: groups, unused } = groupModelFiles(files);
  const findings: Finding[] = [];
  const good: { group: ModelGroup; fullClip: boolean }[] = [];
  const open = async (group: ModelGroup): Promise<{ fullClip: boolean } | FormatError> => {
    try {
      const blobs = group.files.map(({ name, file }) => ({ name, blob: file }));
      const { text } = await openClip(group.name, blobs, base);
      return { fullClip: text !== undefined };
    } catch (error) {
      if (error instanceof NeedsBaseError) return { fullClip: false };
      if (error instanceof FormatError) return error;
      throw error;
    }
  };
  const opened = await Promise.all(groups.map(open));
  job.signal.throwIfAborted();
  for (const [i, group] of groups.entries()) {
    const outcome = opened[i];
    if (outcome instanceof FormatError) {
      const { message } = outcome;
      findings.push({ severity: 'error', subject: group.name, message, details: [] });
    } else if (outcome) good.push({ group, ...outcome });
  }
  const models: NewModel[] = [];
  for (const [i, { group, fullClip }] of good.entries()) {
    const label = `Importing ${group.name} (${i + 1} of ${good.length})`;
    const request = {
      name: group.name,
      files: group.files.map(({ name, file }) => ({ name, blob: file })),
      facts: {},
    };
    try {
      const item = await library.importModel(request, {
        signal: job.signal,
        onProgress: (done, total) => job.report(label, total === 0 ? null : done / total),
      });
      models.push({ id: item.id, name: group.name, origin, fullClip });
    } catch (error) {
      // What was imported before stays; what comes after would fail in the same way.
      findings.push(interrupted(group.name, error));
      break;
    }
  }
  if (groups.length === 0) {
    findings.push({
      severity: 'error',
      message:
        'No checkpoint among these files. Drop a Hugging Face folder (config.json, model.safetensors, …), a .safetensors or PyTorch file, or a LoRA adapter.',
      details: unused,
    });
  } else {
    findings.push(...leftOut(unused));
  }
  return { models, outcome: { added: models.map(({ name }) => name), findings } };
}

const PICTURE = /\.(png|jpe?g|webp|gif|bmp|tiff?|zip|parquet)$|(^|\/)tasks\.json$/i;

/** What of a drop belongs to no model: pictures are counted, everything else is listed. */
function leftOut(unused: readonly string[]): Finding[] {
  const others = unused.filter((path) => !PICTURE.test(path));
  const pictures = unused.length - others.length;
  const findings: Finding[] = [];
  if (pictures > 0) {
    findings.push({
      severity: 'info',
      message: `${pictures === 1 ? 'One picture was' : `${pictures} pictures were`} left out here; add pictures with "Add task folder" or drop them on the page.`,
      details: [],
    });
  }
  if (others.length > 0) {
    findings.push({
      severity: 'info',
      message: 'These files belong to no model and were left out.',
      details: others,
    });
  }
  return findings;
}

/** An import that was stopped, or that the storage refused, as a finding. */
export function interrupted(subject: string, error: unknown): Finding {
  const stopped = error instanceof DOMException && error.name === 'AbortError';
  const reason = error instanceof Error ? error.message : String(error);
  return {
    severity: stopped ? 'info' : 'error',
    subject,
    message: stopped ? `The import of ${subject} was stopped; nothing of it was kept.` : reason,
    details: [],
  };
}
