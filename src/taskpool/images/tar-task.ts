/** Pictures and labels of WebDatasets as a task. */
import { classnamesAmong } from '../sources/webdataset-rows';
import { openTar } from '../tar/open-tar';
import { webPictures } from '../tar/web-dataset';
import type { ImageTask } from '../types';
import { type Labelled, labelledTask } from './labelled-task';
import type { PictureFinder } from './picture-paths';
import type { Skipped } from './sources';
import type { TableGroup } from './table-splits';

/** Beside the archives, or beside the folders of splits that they lie in. */
const CLASSNAMES = ['classnames.txt', '../classnames.txt'];

/** @throws FormatError where the archives cannot be read, or hold no task. */
export async function readTarTask(
  group: TableGroup,
  skipped: Skipped[],
  step: (count: number) => void,
  find: PictureFinder,
): Promise<ImageTask> {
  const labelled: Labelled[] = [];
  for (const { path, read } of group.files) {
    const files = await openTar({ name: path, blob: await read() });
    const { pictures, without } = await webPictures(path, files);
    for (const picture of pictures) {
      labelled.push({ ...picture, name: `${path}/${picture.name}` });
    }
    if (without > 0) {
      skipped.push({ name: path, reason: `${without} samples without a picture or a label` });
    }
    step(pictures.length);
  }
  const [first] = group.files;
  const list = CLASSNAMES.map((name) => first && find(name, first.path)).find((file) => file);
  const names = list && (await classnamesAmong([{ name: list.path, blob: await list.read() }]));
  return labelledTask(group, names, labelled);
}
