import { FormatError } from '../../errors';
import type { NamedBlob } from '../types';
import { openZip, type ZipEntry } from '../zip/open-zip';
import { ZipError } from '../zip/zip-error';
import { ALLOWED_GLOBALS, explainGlobal } from './allowed-globals';
import { MAX_PICKLE_BYTES, StorageTable, type TorchArchive } from './archive';
import { unpickle } from './pickle';
import { scriptGlobals } from './script-archive';

/** `little` or `big`, and the version of the format: records of a few bytes. */
const MAX_RECORD_BYTES = 64;

/**
 * Opens what `torch.save` writes since torch 1.6: a zip archive of a pickle and one entry per storage. Read are its
 * directory and the pickle. Checksums are not checked, as by torch.
 *
 * @throws FormatError, PickleError
 */
export async function openZipFormat(file: NamedBlob): Promise<TorchArchive> {
  const entries = await openEntries(file);
  // torch takes the folder of the first entry for the archive's.
  const [first = ''] = entries.keys();
  const folder = first.slice(0, first.indexOf('/') + 1);
  const pickle = entries.get(`${folder}data.pkl`);
  if (!pickle || folder === '') throw noTorchArchive(file, [...entries.keys()]);
  if (!entries.has(`${folder}version`)) {
    throw new FormatError(
      file.name,
      'it has no record of its version, so torch.save did not finish it. Save it again.',
    );
  }
  if (pickle.size > MAX_PICKLE_BYTES) {
    throw new FormatError(
      file.name,
      `its data.pkl has ${pickle.size} bytes, and ${MAX_PICKLE_BYTES} are allowed.`,
    );
  }
  const byteOrder =
    (await orDamaged(file, readRecord(entries.get(`${folder}byteorder`)))) ?? 'little';
  if (byteOrder !== 'little' && byteOrder !== 'big') {
    throw new FormatError(
      file.name,
      `its byte order is ${JSON.stringify(byteOrder)}, and little or big is expected.`,
    );
  }

  // A compiled model with its code, as OpenAI published CLIP. Its own constants, beside the weights, are left alone.
  const isScript = entries.has(`${folder}constants.pkl`);
  const table = new StorageTable();
  const { value } = unpickle(await orDamaged(file, pickle.read(0, pickle.size)), 0, {
    globals: isScript ? scriptGlobals(ALLOWED_GLOBALS) : ALLOWED_GLOBALS,
    explainGlobal,
    persistentLoad: table.load,
  });
  const data = new Map<string, ZipEntry>();
  for (const { key, byteLength } of table.storages.values()) {
    const entry = entries.get(`${folder}data/${key}`);
    if (entry?.size !== byteLength) {
      throw new FormatError(
        file.name,
        `its entry data/${key} ${entry ? `has ${entry.size} bytes instead of ${byteLength}` : 'is missing'}. Download the file again.`,
      );
    }
    data.set(key, entry);
  }
  return {
    value,
    bigEndian: byteOrder === 'big',
    async readStorage(key, begin, end) {
      const entry = data.get(key);
      if (!entry) throw new RangeError(`there is no storage ${key}`);
      return orDamaged(file, entry.read(begin, end));
    },
  };
}

async function openEntries(file: NamedBlob): Promise<ReadonlyMap<string, ZipEntry>> {
  const entries = new Map<string, ZipEntry>();
  for (const entry of await orDamaged(file, openZip(file))) {
    if (entries.has(entry.name)) throw damaged(file, `${entry.name} is there twice`);
    entries.set(entry.name, entry);
  }
  return entries;
}

async function orDamaged<T>(file: NamedBlob, reading: Promise<T>): Promise<T> {
  try {
    return await reading;
  } catch (cause) {
    throw cause instanceof ZipError ? damaged(file, cause.message, { cause }) : cause;
  }
}

function damaged(file: NamedBlob, what: string, options?: ErrorOptions): FormatError {
  const reason = `it is a damaged zip archive: ${what}. Download it again.`;
  return new FormatError(file.name, reason, options);
}

async function readRecord(entry: ZipEntry | undefined): Promise<string | undefined> {
  if (!entry) return undefined;
  return new TextDecoder().decode(await entry.read(0, Math.min(entry.size, MAX_RECORD_BYTES)));
}

function noTorchArchive(file: NamedBlob, names: readonly string[]): FormatError {
  if (names.some((name) => name.endsWith('.npy'))) {
    return new FormatError(
      file.name,
      'it is a NumPy archive (.npz), not a checkpoint. Save the PyTorch model as model.safetensors instead.',
    );
  }
  return new FormatError(
    file.name,
    'it is a zip archive, but torch.save did not write it: it has no data.pkl. If a checkpoint is in it, unpack it and add that.',
  );
}
