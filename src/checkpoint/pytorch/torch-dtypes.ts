import type { Dtype } from '../types';
import { TorchDtype } from './tensor';

interface TorchType {
  readonly type: TorchDtype;
  /** Class of the typed storages, where there is one. */
  readonly storage?: string | undefined;
}

function entry(name: string, dtype: Dtype | null, size: number, storage?: string): TorchType {
  return { type: new TorchDtype(name, dtype, size), storage };
}

/** torch's element types: name, safetensors' word for it, bytes of an element, storage class. */
export const TORCH_TYPES: readonly TorchType[] = [
  entry('float64', 'F64', 8, 'DoubleStorage'),
  entry('float32', 'F32', 4, 'FloatStorage'),
  entry('float16', 'F16', 2, 'HalfStorage'),
  entry('bfloat16', 'BF16', 2, 'BFloat16Storage'),
  entry('int64', 'I64', 8, 'LongStorage'),
  entry('int32', 'I32', 4, 'IntStorage'),
  entry('int16', 'I16', 2, 'ShortStorage'),
  entry('int8', 'I8', 1, 'CharStorage'),
  entry('uint8', 'U8', 1, 'ByteStorage'),
  entry('bool', 'BOOL', 1, 'BoolStorage'),
  entry('complex64', 'C64', 8, 'ComplexFloatStorage'),
  entry('complex128', null, 16, 'ComplexDoubleStorage'),
  entry('uint16', 'U16', 2),
  entry('uint32', 'U32', 4),
  entry('uint64', 'U64', 8),
  entry('float8_e4m3fn', 'F8_E4M3', 1),
  entry('float8_e5m2', 'F8_E5M2', 1),
  entry('float8_e8m0fnu', 'F8_E8M0', 1),
  entry('float8_e4m3fnuz', 'F8_E4M3FNUZ', 1),
  entry('float8_e5m2fnuz', 'F8_E5M2FNUZ', 1),
];

/** torch's name of an element type ("float32" for F32), for messages about its files; ours where torch has none. */
export function torchDtypeName(dtype: Dtype): string {
  return TORCH_TYPES.find(({ type }) => type.dtype === dtype)?.type.name ?? dtype;
}
