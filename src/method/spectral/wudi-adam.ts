/**
 * WUDI's objective for one matrix, descended from the sum of the task vectors by steps of Adam, as FusionBench does it. See
 * `interference.ts`. Kingma, Ba, "Adam" (ICLR 2015); order of operations as PyTorch's `torch/optim/adam.py`, in float64.
 */
import { block, type Products } from '../../runtime/linear-algebra/matrix';
import { mirror } from '../../runtime/linear-algebra/transpose';
import { interferenceOf, roomForInterference } from './interference';
import { room, type Shape, takeMatrix } from './wide';

/** FusionBench's. */
const LEARNING_RATE = 1e-5;
/** PyTorch's defaults. */
const BETA1 = 0.9;
const BETA2 = 0.999;
const EPSILON = 1e-8;

/**
 * @param taskVectors of each expert, row by row
 * @param out the merged task vector
 */
export function descendWudi(
  products: Products,
  taskVectors: readonly Float32Array[],
  shape: Shape,
  steps: number,
  out: Float32Array,
): void {
  const { rows, columns } = shape;
  products.reserve(roomForInterference(shape) + 2 * room(rows, columns));
  const { a, b, sum, isNothing } = interferenceOf(products, taskVectors, shape);
  if (isNothing) {
    out.fill(0);
    return;
  }
  mirror(a, columns);
  const x = takeMatrix(products, rows, columns);
  x.data.set(sum);
  const half = block(products.take(rows * columns), columns);
  const mean = new Float64Array(rows * columns);
  const square = new Float64Array(rows * columns);
  let power1 = 1;
  let power2 = 1;
  for (let step = 0; step < steps; step++) {
    for (let i = 0; i < half.data.length; i++) half.data[i] = -(b.data[i] as number);
    products.multiplyAdd(half, x, a, rows, columns, columns);
    power1 *= BETA1;
    power2 *= BETA2;
    const size = LEARNING_RATE / (1 - power1);
    const root = Math.sqrt(1 - power2);
    for (let i = 0; i < mean.length; i++) {
      const gradient = 2 * (half.data[i] as number);
      const m = (mean[i] as number) + (1 - BETA1) * (gradient - (mean[i] as number));
      const v = BETA2 * (square[i] as number) + (1 - BETA2) * gradient * gradient;
      mean[i] = m;
      square[i] = v;
      x.data[i] = (x.data[i] as number) - (size * m) / (Math.sqrt(v) / root + EPSILON);
    }
  }
  for (let i = 0; i < out.length; i++) out[i] = x.data[i] as number;
}
