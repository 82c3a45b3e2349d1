/**
 * What a drop or a file input brings, and which pool each file of a mixed drop is for. A guess by names and neighbours
 * only: the engine reads the files and has the last word.
 */
import { isLitter, isPictureName, isWeights } from '../checkpoint/file-roles';
import { hubCachePath } from '../checkpoint/hub-cache-path';
import type { DroppedFile } from './types';

const PACKED_PICTURES = /\.(zip|parquet|tar|tar\.gz|tgz)$/i;
/** What older training scripts call their checkpoints, though it is no tar archive. */
const CHECKPOINT_TAR = /\.(pth|pt|ckpt)\.tar$/i;
const CONFIGURATION = /\.ya?ml$/i;
/** Coefficients that FusionBench learned, by the name that it gives them. */
const COEFFICIENTS = /(^|\/)merging_weights[^/]*\.pth?$/i;
const TASK_FILES = /(^|\/)tasks\.json$/i;

export interface SplitDrop {
  readonly checkpoints: readonly DroppedFile[];
  readonly taskImages: readonly DroppedFile[];
  /** YAML of FusionBench or mergekit; coefficients, which say as little of any model. */
  readonly configurations: readonly DroppedFile[];
}

/**
 * Files with the paths they had inside the dropped or chosen folder: `webkitRelativePath` of a folder input,
 * `relativePath` or `path` of a drop (which start with `./` or `/`), else the bare name.
 */
export function toDroppedFiles(files: Iterable<File>): DroppedFile[] {
  return Array.from(files, (file) => ({ path: pathOf(file), file })).filter(
    ({ path }) => !isLitter(path),
  );
}

/**
 * A folder of the Hugging Face cache says itself what it is. Pictures, archives and `tasks.json` are for the task pool. A file beside weights, or in a folder above which no picture
 * lies, is for the model pool; a note beside pictures goes with them.
 */
export function splitDrop(dropped: readonly DroppedFile[]): SplitDrop {
  const configurations = dropped.filter(isConfiguration);
  const others = dropped.filter((file) => !isConfiguration(file));
  const files = others.filter((file) => !cachedKind(file));
  const weightFolders = new Set(files.filter(hasWeights).map(folderOf));
  const pictureRoots = new Set(files.filter(isTaskFile).map(rootOf));
  const taskImages = files.filter(
    (file) =>
      !weightFolders.has(folderOf(file)) &&
      !hasWeights(file) &&
      (isTaskFile(file) || pictureRoots.has(rootOf(file))),
  );
  const taken = new Set(taskImages);
  const cached = (kind: 'model' | 'dataset') => others.filter((file) => cachedKind(file) === kind);
  return {
    checkpoints: [...files.filter((file) => !taken.has(file)), ...cached('model')],
    taskImages: [...taskImages, ...cached('dataset')],
    configurations,
  };
}

function isConfiguration({ path }: DroppedFile): boolean {
  if (hubCachePath(path)) return false;
  return CONFIGURATION.test(path) || COEFFICIENTS.test(path);
}

function pathOf(file: File): string {
  const { relativePath, path } = file as File & { relativePath?: unknown; path?: unknown };
  const candidates = [file.webkitRelativePath, relativePath, path];
  const found = candidates.find((text) => typeof text === 'string' && text !== '');
  return String(found ?? file.name).replace(/^(\.?\/)+/, '');
}

const cachedKind = ({ path }: DroppedFile) => hubCachePath(path)?.kind;

const hasWeights = ({ path }: DroppedFile): boolean => isWeights({ name: path });

const isTaskFile = ({ path }: DroppedFile): boolean =>
  isPictureName(path) ||
  (PACKED_PICTURES.test(path) && !CHECKPOINT_TAR.test(path)) ||
  TASK_FILES.test(path);

const folderOf = ({ path }: DroppedFile): string => path.slice(0, path.lastIndexOf('/') + 1);

/** The outermost folder; a lone file has the empty root. */
const rootOf = ({ path }: DroppedFile): string => path.slice(0, path.indexOf('/') + 1);
