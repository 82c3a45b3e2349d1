/** Layer-wise coefficients in a file: the plain tensor that FusionBench's `save_merging_weights` writes by `torch.save`. */
import { readFloat32 } from '../checkpoint/dtype';
import { openPytorch } from '../checkpoint/pytorch/open-pytorch';
import type { NamedBlob } from '../checkpoint/types';
import { FormatError } from '../errors';
import type { NumberTable } from '../method/options';

/** Far more than any pool has; a checkpoint that is named by mistake is refused before it is read. */
const MOST_VALUES = 1_000_000;

/** What files of coefficients are called; FusionBench takes a file of any other name for a pickle of its own. */
export const WEIGHTS_FILE = /\.pth?$/i;

/**
 * The tensor `[experts, tensors]` in a file of `torch.save`, row by row. Its pickle is read by an allow-list and never run.
 *
 * @throws FormatError that names the file, what it holds, and what to save instead
 */
export async function readWeightsTable(file: NamedBlob): Promise<NumberTable> {
  if (!WEIGHTS_FILE.test(file.name)) {
    throw new FormatError(file.name, `it is no .pt or .pth file. ${REMEDY}`);
  }
  const { tensors } = await openPytorch(file);
  const [tensor] = tensors.values();
  if (tensors.size !== 1 || tensor?.name !== '') {
    throw new FormatError(file.name, `it holds ${tensors.size} tensors by name. ${REMEDY}`);
  }
  const [rows = 0, columns = 0] = tensor.shape;
  if (tensor.shape.length !== 2 || rows === 0 || columns === 0 || rows * columns > MOST_VALUES) {
    throw new FormatError(
      file.name,
      `its tensor has the shape [${tensor.shape.join(', ')}]. ${REMEDY}`,
    );
  }
  const values = await readFloat32(tensor);
  if (!values.every(Number.isFinite)) {
    throw new FormatError(file.name, `not all of its values are finite numbers. ${REMEDY}`);
  }
  return Array.from({ length: rows }, (_, row) => [
    ...values.subarray(row * columns, (row + 1) * columns),
  ]);
}

const REMEDY =
  'Coefficients are one tensor of floating-point numbers alone, a row for each expert and a column for each parameter: torch.save(weights, "merging_weights.pt").';
