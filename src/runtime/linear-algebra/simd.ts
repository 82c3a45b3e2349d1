/** Products in 128-bit SIMD, bit for bit the reference's. */
import bytes from './kernels.wat';
import { type Block, type Products, ROOM_BETWEEN } from './matrix';
import { multiplyAdd as multiplyAddByDefinition } from './reference';

/** Pointers and strides in bytes; as `kernels.wat` says. */
interface Kernels {
  pack(out: number, b: number, stride: number, rows: number, panels: number): void;
  multiplyAdd(
    c: number,
    cStride: number,
    a: number,
    aStride: number,
    packed: number,
    quads: number,
    panels: number,
    inner: number,
  ): void;
  multiplyAddRow(
    c: number,
    a: number,
    b: number,
    bStride: number,
    pairs: number,
    quads: number,
  ): void;
  addMultiple(c: number, a: number, b: number, pairs: number): void;
}

const PAGE_BYTES = 2 ** 16;
const ALIGNMENT = ROOM_BETWEEN * 8;
/** Of four rows of `a` and a panel of `b`: both stay in a processor's nearest cache. */
const INNER = 256;
/** Columns of `b` that are packed at a time, and stay in the next cache. */
const COLUMNS = 512;
const PACKED_BYTES = INNER * COLUMNS * 8;
/** A row or two are not worth packing for. */
const FEW_ROWS = 4;

/** Null where there is no SIMD (Safari before 16.4) or no memory. */
export function createSimdProducts(): Products | null {
  if (!WebAssembly.validate(bytes)) return null;
  let memory: WebAssembly.Memory;
  let run: Kernels;
  try {
    memory = new WebAssembly.Memory({ initial: pagesFor(PACKED_BYTES) });
    const { exports } = new WebAssembly.Instance(new WebAssembly.Module(bytes), {
      backend: { memory },
    });
    // Its text stands beside this file, and the tests call every function of it.
    run = exports as unknown as Kernels;
  } catch {
    return null;
  }
  let next = PACKED_BYTES;

  const multiplyAddRow = (c: Block, a: Block, b: Block, columns: number, inner: number): void => {
    const pairs = columns >> 1;
    const quads = inner >> 2;
    if (pairs > 0 && quads > 0) {
      run.multiplyAddRow(pointer(c), pointer(a), pointer(b), b.stride * 8, pairs, quads);
    }
    for (let p = quads * 4; p < inner && pairs > 0; p++) {
      run.addMultiple(pointer(c), pointer(moved(a, 0, p)), pointer(moved(b, p, 0)), pairs);
    }
    multiplyAddByDefinition(
      moved(c, 0, pairs * 2),
      a,
      moved(b, 0, pairs * 2),
      1,
      columns & 1,
      inner,
    );
  };

  const multiplyAdd: Products['multiplyAdd'] = (c, a, b, rows, columns, inner) => {
    const quads = rows < FEW_ROWS ? 0 : rows >> 2;
    const whole = columns & ~3;
    if (quads > 0) {
      for (let p = 0; p < inner; p += INNER) {
        const depth = Math.min(INNER, inner - p);
        for (let j = 0; j < whole; j += COLUMNS) {
          const panels = Math.min(COLUMNS, whole - j) >> 2;
          run.pack(0, pointer(moved(b, p, j)), b.stride * 8, depth, panels);
          const to = pointer(moved(c, 0, j));
          const from = pointer(moved(a, 0, p));
          run.multiplyAdd(to, c.stride * 8, from, a.stride * 8, 0, quads, panels, depth);
        }
      }
      const right = moved(b, 0, whole);
      multiplyAddByDefinition(moved(c, 0, whole), a, right, quads * 4, columns - whole, inner);
    }
    for (let i = quads * 4; i < rows; i++) {
      multiplyAddRow(moved(c, i, 0), moved(a, i, 0), b, columns, inner);
    }
  };

  return {
    reserve(length) {
      const wanted = pagesFor(PACKED_BYTES + length * 8);
      const had = memory.buffer.byteLength / PAGE_BYTES;
      if (wanted > had) memory.grow(wanted - had);
      next = PACKED_BYTES;
    },
    take(length) {
      const array = new Float64Array(memory.buffer, next, length).fill(0);
      next = Math.ceil((next + length * 8) / ALIGNMENT) * ALIGNMENT;
      return array;
    },
    multiplyAdd,
  };
}

function pagesFor(size: number): number {
  return Math.ceil(size / PAGE_BYTES);
}

function pointer({ data, at }: Block): number {
  return data.byteOffset + at * 8;
}

/** The block from its element (row, column) on. */
function moved({ data, at, stride }: Block, row: number, column: number): Block {
  return { data, at: at + row * stride + column, stride };
}
