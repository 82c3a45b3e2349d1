import { baseName, isWeights, roleOf } from './file-roles';
import { readBytes } from './read-bytes';
import { MAX_HEADER_BYTES } from './safetensors/header';
import type { NamedBlob } from './types';

/** What a file is, told from its first bytes; its name decides only where the bytes leave it open. */
export type FileIdentity =
  | { readonly kind: 'safetensors' | 'torch-zip' | 'torch-legacy' | 'shard-index' }
  | {
      readonly kind: 'refused';
      /** What it is instead and what to do, a full sentence after the file's name. */
      readonly reason: string;
      /** Holds weights that cannot be read, or should: worth a message even among files that are read. */
      readonly isWeights: boolean;
    };

/** Enough for every signature below and the start of a text. */
const START_BYTES = 512;
/** Largest index of shards that is read: 250 MB in the Hugging Face hub's own reader, where 5 MB is a giant. */
export const MAX_INDEX_BYTES = 50_000_000;

const EXPORT_HINT = 'Save the PyTorch model as model.safetensors instead (save_pretrained does).';

/** First bytes (as latin-1 text, at an offset) of formats that people mistake for checkpoints or that hold one we do not read. */
const SIGNATURES: readonly (readonly [offset: number, bytes: string, reason: string])[] = [
  [0, 'GGUF', `it is a GGUF file, quantised for llama.cpp. ${EXPORT_HINT}`],
  [0, 'lmgg', `it is a GGML file. ${EXPORT_HINT}`],
  [0, 'tjgg', `it is a GGML file. ${EXPORT_HINT}`],
  [
    0,
    '\x89HDF\r\n\x1a\n',
    `it is an HDF5 file, as Keras and TensorFlow write (tf_model.h5). ${EXPORT_HINT}`,
  ],
  [4, 'TFL3', `it is a TensorFlow Lite model. ${EXPORT_HINT}`],
  [0, '\x93NUMPY', `it is a single NumPy array. ${EXPORT_HINT}`],
  [257, 'ustar', 'it is a tar archive. Unpack it, and add the checkpoint that is in it.'],
  [0, '\x1f\x8b', 'it is compressed with gzip. Unpack it, and add the checkpoint that is in it.'],
  [0, 'BZh', 'it is compressed with bzip2. Unpack it, and add the checkpoint that is in it.'],
  [0, '\xfd7zXZ\0', 'it is compressed with xz. Unpack it, and add the checkpoint that is in it.'],
  [
    0,
    '\x28\xb5\x2f\xfd',
    'it is compressed with zstd. Unpack it, and add the checkpoint that is in it.',
  ],
  [
    0,
    '7z\xbc\xaf\x27\x1c',
    'it is a 7-Zip archive. Unpack it, and add the checkpoint that is in it.',
  ],
  [0, 'Rar!', 'it is a RAR archive. Unpack it, and add the checkpoint that is in it.'],
];

/** torch.save before 1.6 opens with a pickle (protocol 2) of the number 0x1950a86a20f9469cfc6c. */
const TORCH_LEGACY = '\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19';

const LFS_POINTER = 'version https://git-lfs.github.com/spec/';
/** Git LFS allows a pointer of less than 1,024 bytes. */
const MAX_POINTER_BYTES = 1023;

/** Is it what Git leaves where Git LFS did not fetch the file itself? Read are the first bytes of small files. */
export async function isLfsPointer(file: NamedBlob): Promise<boolean> {
  if (file.blob.size < LFS_POINTER.length || file.blob.size > MAX_POINTER_BYTES) return false;
  const start = await readBytes(file, 0, LFS_POINTER.length);
  return String.fromCharCode(...start) === LFS_POINTER;
}

/** Reads at most the first 512 bytes (a JSON file: up to `MAX_INDEX_BYTES`) and tells what the file is. */
export async function identifyFile(file: NamedBlob): Promise<FileIdentity> {
  const { name, blob } = file;
  if (blob.size === 0) return refused('it is empty. Download it again.', file);
  const start = await readBytes(file, 0, Math.min(START_BYTES, blob.size));
  if (looksLikeSafetensors(start)) return { kind: 'safetensors' };

  const text = String.fromCharCode(...start);
  if (text.startsWith('PK\x03\x04') || text.startsWith('PK\x05\x06')) return { kind: 'torch-zip' };
  if (text.startsWith(TORCH_LEGACY)) return { kind: 'torch-legacy' };
  for (const [offset, bytes, reason] of SIGNATURES) {
    if (text.startsWith(bytes, offset)) return { kind: 'refused', reason, isWeights: true };
  }
  const reason = textReason(text) ?? binaryReason(start, text, name);
  if (reason) return refused(reason, file);
  if (/^\s*\{/.test(text)) return identifyJson(file);
  // Whatever is called so is judged by the strict reader, which says what is wrong with it.
  if (/\.safetensors$/i.test(name)) return { kind: 'safetensors' };
  return refused(
    'it is in no format that this program knows. It reads safetensors and PyTorch checkpoints.',
    file,
  );
}

function refused(reason: string, file: NamedBlob): FileIdentity {
  const mayBeWeights = isWeights(file) || roleOf(file.name) === 'bystander';
  return { kind: 'refused', reason, isWeights: mayBeWeights };
}

/** A plausible header length, and a JSON object after it. */
function looksLikeSafetensors(start: Uint8Array<ArrayBuffer>): boolean {
  if (start.length < 9) return false;
  const headerLength = new DataView(start.buffer).getBigUint64(0, true);
  if (headerLength > MAX_HEADER_BYTES) return false;
  return '{ \n\r\t'.includes(String.fromCharCode(start[8] ?? 0));
}

function textReason(text: string): string | undefined {
  if (text.startsWith(LFS_POINTER)) {
    return 'this is a Git LFS pointer of a few lines, not the file that it points to. Download the real file ("git lfs pull", or the download button of the model page).';
  }
  if (/^\s*(?:<!doctype html|<html|<head|<\?xml)/i.test(text)) {
    return 'it is a web page, probably the error or login page that came instead of the file. Download the file again.';
  }
  return undefined;
}

function binaryReason(start: Uint8Array, text: string, name: string): string | undefined {
  const [first = 0, second = 0, third = 0] = start;
  if (first === 0x80 && second >= 2 && second <= 5) {
    return `it is a Python pickle that torch.save did not write. Load it in Python and save its tensors with safetensors.torch.save_file.`;
  }
  if (
    /^flax.*\.msgpack$/i.test(baseName(name)) ||
    (first > 0x80 && first <= 0x8f && isMsgpackString(second))
  ) {
    return `it is a msgpack file, as Flax writes (flax_model.msgpack). ${EXPORT_HINT}`;
  }
  if (/(?:^|\/)saved_model\.pb$|\.ckpt\.index$|\.data-\d+-of-\d+$|\.ckpt\.meta$/i.test(name)) {
    return `it is a part of a TensorFlow checkpoint. ${EXPORT_HINT}`;
  }
  // An ONNX ModelProto: field 1 (ir_version), a small number, then the producer, its version, the domain or the graph.
  const isModelProto =
    first === 0x08 && second < 0x20 && [0x12, 0x1a, 0x22, 0x3a, 0x42].includes(third);
  if (isModelProto || /\.onnx$/i.test(name)) return `it is an ONNX graph. ${EXPORT_HINT}`;
  if (/^\(?lp\d|^c[a-z_]+\n/.test(text)) {
    return 'it is a Python pickle of protocol 0. Load it in Python and save its tensors with safetensors.torch.save_file.';
  }
  return undefined;
}

function isMsgpackString(byte: number): boolean {
  return (byte >= 0xa0 && byte <= 0xbf) || byte === 0xd9;
}

async function identifyJson(file: NamedBlob): Promise<FileIdentity> {
  if (file.blob.size <= MAX_INDEX_BYTES) {
    const text = new TextDecoder().decode(await readBytes(file, 0, file.blob.size));
    if (text.includes('"weight_map"')) return { kind: 'shard-index' };
  } else if (roleOf(file.name) === 'index') {
    return refused(
      `it has more than the ${MAX_INDEX_BYTES} bytes allowed for an index of shards.`,
      file,
    );
  }
  return refused(
    'it is a JSON file without weights. Add the checkpoint itself, or the whole folder.',
    file,
  );
}
