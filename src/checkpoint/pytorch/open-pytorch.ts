import { FormatError } from '../../errors';
import { elementCount } from '../data-length';
import { identifyFile } from '../identify-file';
import type { Checkpoint, NamedBlob, TensorSource } from '../types';
import type { TorchArchive } from './archive';
import { PickleError } from './byte-cursor';
import { openLegacyFormat } from './legacy-format';
import { findTensors } from './state-dict';
import { gather, swapBytes } from './strided';
import type { TorchTensor } from './tensor';
import { openZipFormat } from './zip-format';

/**
 * Opens a file of `torch.save` (`pytorch_model.bin`, `.pt`, `.pth`, `.ckpt`), zip or legacy format. Its pickle is read by
 * an allow-list and never run; of its tensors nothing is read. Opens what `torch.load(weights_only=True)` opens, and
 * pickle protocols 4 and 5; refuses sparse, quantized and lazily conjugated tensors.
 *
 * @throws FormatError naming the file, what it asks for, and the remedy
 */
export async function openPytorch(file: NamedBlob): Promise<Checkpoint> {
  const identity = await identifyFile(file);
  if (identity.kind === 'refused') throw new FormatError(file.name, identity.reason);
  if (identity.kind !== 'torch-zip' && identity.kind !== 'torch-legacy') {
    throw new FormatError(file.name, 'it is not a file of torch.save.');
  }
  try {
    const archive =
      identity.kind === 'torch-zip' ? await openZipFormat(file) : await openLegacyFormat(file);
    const found = findTensors(archive.value, file.part);
    const tensors = new Map<string, TensorSource>();
    for (const [name, tensor] of found.tensors) {
      tensors.set(name, tensorSource(name, tensor, archive));
    }
    const { metadata, key, others, isUsual } = found;
    return {
      file: file.name,
      format: 'pytorch',
      tensors,
      metadata,
      found: { key, others },
      ...(file.part !== undefined && !isUsual && { part: file.part }),
    };
  } catch (error) {
    if (!(error instanceof PickleError)) throw error;
    throw new FormatError(file.name, error.message, { cause: error });
  }
}

function tensorSource(name: string, tensor: TorchTensor, archive: TorchArchive): TensorSource {
  const { dtype, elementSize, storage, shape, strides } = tensor;
  const byteLength = elementCount(shape) * elementSize;
  const first = tensor.begin * elementSize;
  const isPlain = tensor.isContiguous && !archive.bigEndian;
  return {
    name,
    dtype,
    shape,
    byteLength,
    async read() {
      const bytes = await archive.readStorage(storage.key, first, tensor.end * elementSize);
      // A complex number is two floats, each of its own byte order.
      if (archive.bigEndian) swapBytes(bytes, dtype === 'C64' ? elementSize / 2 : elementSize);
      return tensor.isContiguous ? bytes : gather(bytes, elementSize, shape, strides);
    },
    ...(isPlain && {
      async readRange(begin: number, end: number) {
        if (!(begin >= 0 && begin <= end && end <= byteLength)) {
          throw new RangeError(`bytes ${begin} to ${end} are not in ${name} (${byteLength} bytes)`);
        }
        return archive.readStorage(storage.key, first + begin, first + end);
      },
    }),
  };
}
