/** What both formats of `torch.save` come down to: one pickled value, and storages whose bytes are read when needed. */
import { PickleError } from './byte-cursor';
import { isCount, type Storage, StorageView, TorchDtype } from './tensor';

export interface TorchArchive {
  /** The object that was saved, as `unpickle` gives it. */
  readonly value: unknown;
  readonly bigEndian: boolean;
  /** Reads bytes `begin` to `end` (exclusive) of a storage. */
  readStorage(key: string, begin: number, end: number): Promise<Uint8Array<ArrayBuffer>>;
}

/** Largest pickle (without the weights) that is read; a CLIP's has 100 KB. */
export const MAX_PICKLE_BYTES = 64 * 1024 * 1024;

/** The storages that a pickle mentions, by key, filled while it is read. */
export class StorageTable {
  readonly storages = new Map<string, Storage>();

  /**
   * What a persistent id stands for: `('storage', type, key, location, length)`, in files before torch 1.6 with
   * `(view key, offset, length)` or None after it.
   *
   * @throws PickleError
   */
  readonly load = (id: unknown): StorageView => {
    if (!Array.isArray(id) || id[0] !== 'storage') {
      throw new PickleError(
        'it holds more than tensors: a whole pickled model, perhaps. Load it once in Python, and save torch.save(model.state_dict(), "pytorch_model.bin").',
      );
    }
    const [, type, key, , length, part] = id;
    if (!(type instanceof TorchDtype) || typeof key !== 'string' || !isCount(length)) {
      throw new PickleError('it describes a storage without a type, key or length.');
    }
    const byteLength = length * type.size;
    const storage = this.storages.get(key) ?? { key, length, byteLength };
    if (storage.byteLength !== byteLength || !isCount(byteLength)) {
      throw new PickleError(
        `it describes the storage ${JSON.stringify(key)} with different lengths.`,
      );
    }
    this.storages.set(key, storage);
    if (!Array.isArray(part)) return new StorageView(storage, type, 0, length);
    const [, offset, partLength] = part;
    if (!isCount(offset) || !isCount(partLength) || offset + partLength > length) {
      throw new PickleError(
        `it describes a part beyond the end of the storage ${JSON.stringify(key)}.`,
      );
    }
    return new StorageView(storage, type, offset, partLength);
  };
}
