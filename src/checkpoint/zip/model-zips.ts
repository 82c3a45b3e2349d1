/** Zips that hold a model, as the page downloads them: they open as their folder would. */
import { FormatError } from '../../errors';
import { isLitter, isWeights, isZip } from '../file-roles';
import { openZip, type ZipEntry } from './open-zip';
import { ZipError } from './zip-error';

interface PathAndFile {
  /** With `/`, and the file's own name at its end. */
  readonly path: string;
  readonly file: File;
}

/** What torch.save writes is a zip as well, and one file to its reader. */
const TORCH = /(^|\/)data\.pkl$/;

/**
 * All files, and for a zip in which weights lie those in it, by paths that begin with its name. Of stored entries nothing is
 * read. Whatever else is a zip, or none that can be read, stays as it is: whoever reads it says what is wrong.
 */
export async function outOfModelZips<T extends PathAndFile>(
  files: readonly T[],
): Promise<(T | PathAndFile)[]> {
  return (await Promise.all(files.map(async (item) => (await unpacked(item)) ?? [item]))).flat();
}

async function unpacked({ path, file }: PathAndFile): Promise<PathAndFile[] | undefined> {
  if (!isZip(path)) return undefined;
  try {
    const entries = (await openZip<Blob>({ name: path, blob: file })).filter(isFile);
    const isModel = entries.some(isWeights) && !entries.some(({ name }) => TORCH.test(name));
    if (!isModel || entries.some(({ obstacle }) => obstacle !== undefined)) return undefined;
    const folder = path.slice(0, -'.zip'.length);
    return await Promise.all(
      entries.map(async (entry) => ({
        path: `${folder}/${entry.name}`,
        file: new File([await entry.blob()], entry.name.slice(entry.name.lastIndexOf('/') + 1)),
      })),
    );
  } catch (error) {
    if (error instanceof ZipError || error instanceof FormatError) return undefined;
    throw error;
  }
}

const isFile = ({ name }: ZipEntry) => !name.endsWith('/') && !isLitter(name);
