import { FormatError } from '../../errors';
import { readBytes } from '../read-bytes';
import type { NamedBlob } from '../types';
import { ALLOWED_GLOBALS, explainGlobal } from './allowed-globals';
import { MAX_PICKLE_BYTES, StorageTable, type TorchArchive } from './archive';
import { PickleEndsEarly, PickleError } from './byte-cursor';
import { unpickle } from './pickle';
import type { Storage } from './tensor';

const MAGIC = 0x1950a86a20f9469cfc6cn;
const PROTOCOL = 1001;
/** How much of the file's start is read at first; a CLIP's pickles have 100 KB. */
const FIRST_BYTES = 1024 * 1024;
/** Every storage is preceded by its number of elements. */
const COUNT_BYTES = 8;

interface Start {
  readonly value: unknown;
  readonly storages: ReadonlyMap<string, Storage>;
  /** Keys of the storages in the order in which they follow. */
  readonly order: readonly unknown[];
  readonly end: number;
}

/**
 * Opens what `torch.save` wrote before torch 1.6: five pickles (a magic number, the protocol, facts of the machine, the
 * object, the storages' keys) and then the storages, little-endian, each with its length. Source:
 * `torch/serialization.py`, `_legacy_load`.
 *
 * @throws FormatError, PickleError
 */
export async function openLegacyFormat(file: NamedBlob): Promise<TorchArchive> {
  const { value, storages, order, end } = await readStart(file);
  const begins = new Map<string, number>();
  let position = end;
  for (const key of order) {
    const storage = typeof key === 'string' ? storages.get(key) : undefined;
    if (!storage) throw new PickleError('it lists a storage that no tensor has.');
    if (begins.has(storage.key))
      throw new PickleError(`it lists the storage ${JSON.stringify(key)} twice.`);
    position += COUNT_BYTES;
    begins.set(storage.key, position);
    position += storage.byteLength;
  }
  if (begins.size !== storages.size)
    throw new PickleError('it does not list the storages of all tensors.');
  if (position > file.blob.size) {
    throw new FormatError(
      file.name,
      `its tensors should end at byte ${position}, but the file ends at byte ${file.blob.size}. It was not downloaded to its end: download it again.`,
    );
  }
  await checkCounts(file, begins, storages);
  return {
    value,
    bigEndian: false,
    async readStorage(key, begin, stop) {
      const at = begins.get(key);
      if (at === undefined) throw new RangeError(`there is no storage ${key}`);
      return readBytes(file, at + begin, at + stop);
    },
  };
}

/** Reads more of the file until the pickles, whose length nothing tells, are complete. */
async function readStart(file: NamedBlob): Promise<Start> {
  const limit = Math.min(file.blob.size, MAX_PICKLE_BYTES);
  for (let length = Math.min(FIRST_BYTES, limit); ; length = Math.min(4 * length, limit)) {
    const bytes = await readBytes(file, 0, length);
    try {
      return parseStart(bytes);
    } catch (error) {
      if (!(error instanceof PickleEndsEarly) || length === limit) throw error;
    }
  }
}

function parseStart(bytes: Uint8Array): Start {
  const table = new StorageTable();
  let end = 0;
  const next = (): unknown => {
    const read = unpickle(bytes, end, {
      globals: ALLOWED_GLOBALS,
      explainGlobal,
      persistentLoad: table.load,
    });
    end = read.end;
    return read.value;
  };
  if (next() !== MAGIC || next() !== PROTOCOL) {
    throw new PickleError('it does not begin as a file of torch.save does.');
  }
  next();
  const value = next();
  const order = next();
  if (!Array.isArray(order)) throw new PickleError('it has no list of storages.');
  return { value, storages: table.storages, order, end };
}

/** The count before each storage must be the one that the pickle gives; element sizes divide the bytes either way. */
async function checkCounts(
  file: NamedBlob,
  begins: ReadonlyMap<string, number>,
  storages: ReadonlyMap<string, Storage>,
): Promise<void> {
  for (const [key, begin] of begins) {
    const bytes = await readBytes(file, begin - COUNT_BYTES, begin);
    const count = Number(new DataView(bytes.buffer).getBigUint64(0, true));
    const { byteLength = 0, length = 0 } = storages.get(key) ?? {};
    if (count !== length) {
      throw new FormatError(
        file.name,
        `its storage ${JSON.stringify(key)} has ${count} values instead of ${length} (${byteLength} bytes). Download the file again.`,
      );
    }
  }
}
