/** "Add checkpoints": dropped files become staged models, or findings that say why not. Nothing is in the pool yet. */
import { isPictureName } from '../../checkpoint/file-roles';
import { openCheckpoint } from '../../checkpoint/open';
import type { Checkpoint, NamedBlob } from '../../checkpoint/types';
import { outOfModelZips } from '../../checkpoint/zip/model-zips';
import { NeedsBaseError } from '../../clip/needs-base-error';
import { openClip } from '../../clip/open';
import type { ClipModel } from '../../clip/types';
import { FormatError } from '../../errors';
import type { Library } from '../../storage/types';
import { type Staged, stageAll } from '../adding';
import type { DroppedFile, Finding } from '../api';
import { outOfHubCache } from '../hub-cache';
import type { Job } from '../jobs/jobs';
import { groupModelFiles, type ModelGroup } from './group-files';
import { withoutPointers } from './pointers';

/** A model whose headers are good. */
export interface GoodModel extends ModelGroup {
  /** Both towers: can be the base without asking. */
  readonly fullClip: boolean;
  /** Of several state dicts in its file the one that is taken, and the others; none where there is one. */
  readonly parts: Checkpoint['found'];
}

export interface StagedModels {
  readonly staged: readonly Staged<GoodModel>[];
  readonly findings: Finding[];
}

/**
 * Opens every model before anything is stored (headers only), then stages the good ones. Bad ones become findings and leave
 * nothing behind; so does an import that is stopped or that the storage refuses. What only waits for its base (a LoRA
 * adapter) is staged: it is opened again against the base that stands then.
 */
export async function stageModels(
  library: Library,
  files: readonly DroppedFile[],
  base: ClipModel | undefined,
  job: Job,
): Promise<StagedModels> {
  const cached = await outOfHubCache(await outOfModelZips(files));
  const real = await withoutPointers(cached.files);
  const { models: groups, unused } = groupModelFiles(real.files);
  const opened = await Promise.all(groups.map((group) => judge(group, base)));
  job.signal.throwIfAborted();
  const findings: Finding[] = [...cached.findings, ...real.findings];
  const good: GoodModel[] = [];
  for (const outcome of opened) {
    if ('failure' in outcome) findings.push(outcome.failure);
    else good.push(outcome);
  }
  const staged = await stageAll(
    good,
    (model, place) => {
      const { name } = model;
      const label = `Importing ${name} (${place + 1} of ${good.length})`;
      return library.stageModel(
        { name, files: namedBlobs(model), facts: {} },
        {
          signal: job.signal,
          onProgress: (done, total) => job.report(label, total === 0 ? null : done / total),
        },
      );
    },
    findings,
  );
  for (const { about } of staged) findings.push(...choiceOf(about));
  const isNameless = cached.findings.length > 0 && cached.files.length === 0;
  if (groups.length === 0 && !isNameless) findings.push(nothingFound(unused));
  else findings.push(...leftOut(unused));
  return { staged, findings };
}

/** A model's files under the names that they are stored by. */
export function namedBlobs({ files }: ModelGroup): NamedBlob<Blob>[] {
  return files.map(({ name, file }) => ({ name, blob: file }));
}

async function judge(
  group: ModelGroup,
  base: ClipModel | undefined,
): Promise<GoodModel | { readonly failure: Finding }> {
  const blobs = namedBlobs(group);
  try {
    const { text, checkpoint } = await openClip(group.name, blobs, base);
    return { ...group, fullClip: text !== undefined, parts: severalIn(checkpoint) };
  } catch (error) {
    if (error instanceof NeedsBaseError) {
      return { ...group, fullClip: false, parts: severalIn(await openCheckpoint(blobs)) };
    }
    if (!(error instanceof FormatError)) throw error;
    const { message } = error;
    return { failure: { severity: 'error', subject: group.name, message, details: [] } };
  }
}

/** Says which of several state dicts was taken, and where another one is chosen. */
function choiceOf({ name, parts }: GoodModel): Finding[] {
  if (!parts) return [];
  const others = parts.others.flatMap((key) => (key === '' ? [] : `"${key}"`)).join(', ');
  return [
    {
      severity: 'info',
      subject: name,
      message: `The file holds several state dicts. "${parts.key}" is taken; choose ${others} under "State dict" in the model’s details.`,
      details: [],
    },
  ];
}

function severalIn({ found }: Checkpoint): Checkpoint['found'] {
  return found?.others.some((key) => key !== '') ? found : undefined;
}

function nothingFound(unused: readonly string[]): Finding {
  return {
    severity: 'error',
    message:
      'No checkpoint among these files. Drop a Hugging Face folder (config.json, model.safetensors, …), a zip of one, a .safetensors or PyTorch file, or a LoRA adapter.',
    details: unused,
  };
}

/** Beside weights it is a model's, and read by people alone. */
const MODEL_CARD = /(^|\/)README\.md$/i;
const TASK_FILE = /\.(zip|parquet)$|(^|\/)tasks\.json$/i;

/** What of a drop belongs to no model: pictures are counted, everything else is listed. */
function leftOut(unused: readonly string[]): Finding[] {
  const told = unused.filter((path) => !MODEL_CARD.test(path));
  const others = told.filter((path) => !isPictureName(path) && !TASK_FILE.test(path));
  const pictures = told.length - others.length;
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
