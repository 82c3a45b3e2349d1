/** What a torch pickle describes: storages, and tensors as strided views of them. Plain data, checked when it is made. */
import { elementCount } from '../data-length';
import type { Dtype } from '../types';
import { PickleError } from './byte-cursor';

/** An element type as torch names it; `dtype` is null where safetensors, and so this program, has no word for it. */
export class TorchDtype {
  constructor(
    readonly name: string,
    readonly dtype: Dtype | null,
    /** Bytes of one element; 0 where unknown. */
    readonly size: number,
  ) {}
}

/** Bytes in the file that tensors share. */
export interface Storage {
  readonly key: string;
  /** In elements of the type that the file gives it first. */
  readonly length: number;
  readonly byteLength: number;
}

/** A storage as values of one type; files older than torch 0.4 name parts of shared storages. */
export class StorageView {
  constructor(
    readonly storage: Storage,
    readonly type: TorchDtype,
    /** First value and number of values, in elements of `type`. */
    readonly offset: number,
    readonly length: number,
  ) {}
}

/** A tensor that only repeats a storage's elements (stride 0) may be larger than the file, but no weight is. */
const MAX_EXPANDED_BYTES = 2 ** 30;
/** torch has no bound; NumPy's is 64. */
const MAX_RANK = 64;

/** A tensor of a known element type, all of whose elements lie inside its storage. */
export class TorchTensor {
  private constructor(
    readonly dtype: Dtype,
    readonly elementSize: number,
    readonly storage: Storage,
    /** First and last element (exclusive) that it touches, in elements of its own type from the storage's start. */
    readonly begin: number,
    readonly end: number,
    readonly shape: readonly number[],
    /** In elements. */
    readonly strides: readonly number[],
  ) {}

  /** Checks what a pickle claims, as `Tensor.set_` does. @throws PickleError */
  static create(
    view: unknown,
    type: unknown,
    offset: unknown,
    shape: unknown,
    strides: unknown,
  ): TorchTensor {
    if (!(view instanceof StorageView) || !(type instanceof TorchDtype)) {
      throw new PickleError('it describes a tensor without a storage.');
    }
    if (!type.dtype)
      throw new PickleError(
        `it holds a tensor of type torch.${type.name}, which this program does not know.`,
      );
    if (
      !isCount(offset) ||
      !isCounts(shape) ||
      !isCounts(strides) ||
      shape.length !== strides.length
    ) {
      throw new PickleError(
        'it describes a tensor whose offset, shape or strides are no whole numbers from 0 on.',
      );
    }
    const available = Math.floor((view.length * view.type.size) / type.size);
    const count = elementCount(shape);
    const last = shape.reduce((sum, size, axis) => sum + (size - 1) * (strides[axis] ?? 0), offset);
    const end = count === 0 ? offset : last + 1;
    if (!Number.isSafeInteger(count) || (count > 0 && end > available)) {
      throw new PickleError(
        `it describes a tensor of shape [${shape.join(', ')}] that reaches beyond its storage of ${available} values.`,
      );
    }
    if (count > available && count * type.size > MAX_EXPANDED_BYTES) {
      throw new PickleError(
        `it describes a tensor of shape [${shape.join(', ')}] that repeats ${available} values.`,
      );
    }
    const first = (view.offset * view.type.size) / type.size;
    if (!Number.isInteger(first))
      throw new PickleError('it describes a tensor that begins inside a value.');
    const begin = first + (count === 0 ? 0 : offset);
    return new TorchTensor(
      type.dtype,
      type.size,
      view.storage,
      begin,
      count === 0 ? begin : first + end,
      shape,
      strides,
    );
  }

  /** Whether its elements lie in the file in C order, one after the other. */
  get isContiguous(): boolean {
    let expected = 1;
    for (let axis = this.shape.length - 1; axis >= 0; axis--) {
      const size = this.shape[axis] ?? 0;
      if (size !== 1 && this.strides[axis] !== expected) return this.begin === this.end;
      expected *= size;
    }
    return true;
  }
}

export function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

function isCounts(value: unknown): value is readonly number[] {
  return Array.isArray(value) && value.length <= MAX_RANK && value.every(isCount);
}
