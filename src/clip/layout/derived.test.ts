import { describe, expect, it } from 'vitest';
import { liesIn, placeOf } from '../../checkpoint/places';
import type { NamedBlob, TensorSource } from '../../checkpoint/types';
import { renamed, rowBlock, transposed } from './derived';

const file: NamedBlob<Blob> = { name: 'model.safetensors', blob: new Blob([new Uint8Array(100)]) };

function fused(): TensorSource {
  return {
    name: 'in_proj_weight',
    dtype: 'F32',
    shape: [6, 2],
    byteLength: 48,
    read: async () => new Uint8Array(48),
    readInto: async () => undefined,
  };
}

describe('the place of a tensor that is made of another', () => {
  it('is that of its own bytes', () => {
    const source = fused();
    liesIn(source, file, 40);
    expect(placeOf(renamed(source, 'weight'))).toEqual({ file, begin: 40 });
    const begins = [0, 1, 2].map((block) => placeOf(rowBlock(source, block, 3, 'q'))?.begin);
    expect(begins).toEqual([40, 56, 72]);
  });

  it('is none where its bytes are others than those of the file, or lie nowhere', () => {
    const source = fused();
    expect(placeOf(renamed(source, 'weight'))).toBeUndefined();
    expect(placeOf(rowBlock(source, 1, 3, 'k'))).toBeUndefined();
    liesIn(source, file, 40);
    expect(placeOf(transposed(source, 'weight'))).toBeUndefined();
  });
});
