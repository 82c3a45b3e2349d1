import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { FormatError } from '../errors';
import {
  decodeFloat32,
  encodeFloat32,
  isFloatingPoint,
  type OutputDtype,
  readFloat32,
  readFloat32Into,
} from './dtype';
import { DTYPES, type Dtype, type TensorSource } from './types';

const ALL = Uint16Array.from({ length: 0x10000 }, (_, pattern) => pattern);
const ALL_BYTES = new Uint8Array(ALL.buffer);

const FORMATS = {
  F16: { exponentBits: 5, fractionBits: 10 },
  BF16: { exponentBits: 8, fractionBits: 7 },
} as const;
type Half = keyof typeof FORMATS;
const HALVES: readonly Half[] = ['F16', 'BF16'];

/** The value by IEEE 754's definition, in double arithmetic. */
function definedValue(pattern: number, format: Half): number {
  const { exponentBits, fractionBits } = FORMATS[format];
  const sign = pattern & 0x8000 ? -1 : 1;
  const exponent = (pattern >> fractionBits) & (2 ** exponentBits - 1);
  const fraction = (pattern & (2 ** fractionBits - 1)) / 2 ** fractionBits;
  const bias = 2 ** (exponentBits - 1) - 1;
  if (exponent === 2 ** exponentBits - 1) return fraction === 0 ? sign * Infinity : NaN;
  return exponent === 0
    ? sign * 2 ** (1 - bias) * fraction
    : sign * 2 ** (exponent - bias) * (1 + fraction);
}

function float32Bits(values: Float32Array<ArrayBuffer>): Uint32Array {
  return new Uint32Array(values.buffer, values.byteOffset, values.length);
}

describe.each(HALVES)('%s', (format) => {
  const decoded = decodeFloat32(ALL_BYTES, format);
  const expected = Float64Array.from(ALL, (pattern) => definedValue(pattern, format));

  it('decodes all 65,536 patterns exactly', () => {
    const wrong = ALL.filter((i) => !Object.is(decoded[i], expected[i]));
    expect(wrong).toHaveLength(0);
  });

  it('keeps the sign of a NaN both ways, and its high bits', () => {
    const bits = float32Bits(decoded);
    const back = new Uint16Array(encodeFloat32(decoded, format).buffer);
    for (const pattern of ALL) {
      if (!Number.isNaN(expected[pattern])) continue;
      expect((bits[pattern] ?? 0) >>> 31).toBe(pattern >>> 15);
      const quiet = 1 << (FORMATS[format].fractionBits - 1);
      expect(back[pattern]).toBe(pattern | quiet);
    }
  });

  it('encodes every one of its own values back to the same pattern', () => {
    const back = new Uint16Array(encodeFloat32(decoded, format).buffer);
    const wrong = ALL.filter((i) => !Number.isNaN(expected[i]) && back[i] !== i);
    expect(wrong).toHaveLength(0);
  });

  it('rounds to the nearest value, a tie to the even pattern, past the largest to infinity', () => {
    const { exponentBits, fractionBits } = FORMATS[format];
    const infinity = (2 ** exponentBits - 1) << fractionBits;
    for (let low = 0; low < infinity; low++) {
      const below = definedValue(low, format);
      const isLast = low + 1 === infinity;
      const above = isLast
        ? below + (below - definedValue(low - 1, format))
        : definedValue(low + 1, format);
      const middle = Math.fround((below + above) / 2);
      const bits = float32Bits(Float32Array.of(middle))[0] ?? 0;
      const inputs = new Float32Array(Uint32Array.of(bits - 1, bits, bits + 1).buffer);
      const even = low % 2 === 0 ? low : low + 1;
      const outputs = new Uint16Array(encodeFloat32(inputs, format).buffer);
      const negative = new Uint16Array(
        encodeFloat32(
          inputs.map((x) => -x),
          format,
        ).buffer,
      );
      if (outputs[0] !== low || outputs[1] !== even || outputs[2] !== low + 1) {
        expect([low, ...outputs]).toEqual([low, low, even, low + 1]);
      }
      if (negative.some((pattern, i) => pattern !== ((outputs[i] ?? 0) | 0x8000))) {
        expect([low, ...negative]).toEqual([low, ...outputs.map((pattern) => pattern | 0x8000)]);
      }
    }
  });
});

describe('other types', () => {
  it('F32 is a view of the same memory, both ways', () => {
    const values = Float32Array.of(1, -0, NaN, 3e-45);
    expect(encodeFloat32(values, 'F32').buffer).toBe(values.buffer);
    expect(decodeFloat32(new Uint8Array(values.buffer), 'F32').buffer).toBe(values.buffer);
  });

  it('F64 is rounded to the nearest float32', () => {
    const doubles = Float64Array.of(0.1, -1e300, 1e-300, 1 + 2 ** -24, 1 + 2 ** -24 + 2 ** -50);
    expect(decodeFloat32(new Uint8Array(doubles.buffer), 'F64')).toEqual(
      Float32Array.of(Math.fround(0.1), -Infinity, 0, 1, 1 + 2 ** -23),
    );
  });

  it.each(['F32', 'F16', 'BF16', 'F64'] as const)(
    '%s may lie anywhere in a larger buffer',
    (dtype) => {
      const bytes = new Uint8Array(24).map((_, i) => i * 37);
      expect(decodeFloat32(bytes.subarray(3, 19), dtype)).toEqual(
        decodeFloat32(bytes.slice(3, 19), dtype),
      );
    },
  );

  it('what cannot be computed with is refused by name, read into memory as well', async () => {
    const read = async () => new Uint8Array(8);
    const integers = { name: 'ids', dtype: 'I64', shape: [1], byteLength: 8, read } as const;
    await expect(readFloat32Into(integers, 0, new Float32Array(1))).rejects.toThrow(FormatError);
  });

  it('what cannot be computed with is refused by name', async () => {
    const readable: readonly Dtype[] = ['F32', 'F16', 'BF16', 'F64'];
    for (const dtype of DTYPES) {
      const source: TensorSource = {
        name: 'vision_model.post_layernorm.weight',
        dtype,
        shape: [1],
        byteLength: 8,
        read: async () => new Uint8Array(8),
      };
      if (readable.includes(dtype)) {
        expect((await readFloat32(source))[0]).toBe(0);
        continue;
      }
      await expect(readFloat32(source)).rejects.toThrow(FormatError);
      await expect(readFloat32(source)).rejects.toThrow(
        `vision_model.post_layernorm.weight: the tensor is ${dtype}, and only F32, F16, BF16, F64 weights can be computed with.`,
      );
      expect(() => decodeFloat32(new Uint8Array(8), dtype)).toThrow(RangeError);
    }
  });

  it('floating point is what torch calls so', () => {
    expect(DTYPES.filter((dtype) => !isFloatingPoint(dtype))).toEqual([
      'BOOL',
      'U8',
      'I8',
      'I16',
      'U16',
      'I32',
      'U32',
      'C64',
      'I64',
      'U64',
    ]);
  });

  it.each<OutputDtype>(['F32', 'F16', 'BF16'])('%s of nothing is nothing', (dtype) => {
    expect(encodeFloat32(new Float32Array(0), dtype)).toHaveLength(0);
  });
});

describe('reading a part into memory of the caller', () => {
  const values = Float64Array.from({ length: 300 }, (_, i) => (i % 7) * 0.25 - i);
  const files: readonly (readonly [Dtype, Uint8Array<ArrayBuffer>])[] = [
    ['F32', encodeFloat32(Float32Array.from(values), 'F32')],
    ['F16', encodeFloat32(Float32Array.from(values), 'F16')],
    ['BF16', encodeFloat32(Float32Array.from(values), 'BF16')],
    ['F64', new Uint8Array(values.slice().buffer)],
  ];
  const source = (dtype: Dtype, bytes: Uint8Array<ArrayBuffer>): TensorSource => ({
    name: 'w',
    dtype,
    shape: [values.length],
    byteLength: bytes.length,
    read: async () => bytes.slice(),
    readInto: async (begin, into) => into.set(bytes.subarray(begin, begin + into.length)),
  });

  it.each(files)('gives of %s what reading the whole gives', async (dtype, bytes) => {
    const whole = source(dtype, bytes);
    const expected = await readFloat32(whole);
    const { readInto: _, ...unsplit } = whole;
    for (const [begin, end] of [
      [0, 300],
      [0, 1],
      [17, 18],
      [120, 257],
      [299, 300],
      [40, 40],
    ] as const) {
      // Inside a larger memory, whose other parts stay as they are.
      const memory = new Float32Array(end - begin + 2).fill(-1);
      for (const one of [whole, unsplit]) {
        await readFloat32Into(one, begin, memory.subarray(1, -1));
        expect([...memory]).toEqual([-1, ...expected.subarray(begin, end), -1]);
      }
    }
  });
});

describe("torch's casts", () => {
  const folder = new URL('../../reference/fixtures/formats/dtypes/', import.meta.url);
  const read = (name: string) => new Uint8Array(readFileSync(new URL(name, folder)));
  const { allPatterns } = JSON.parse(readFileSync(new URL('expected.json', folder), 'utf8'));
  const CANONICAL_NAN = 0x7fc00000;

  it.each(HALVES)('every %s as float32', (format) => {
    const bits = float32Bits(decodeFloat32(ALL_BYTES, format).slice());
    const isNan = (pattern: number) => (pattern & 0x7fffffff) > 0x7f800000;
    const canonical = bits.map((pattern) => (isNan(pattern) ? CANONICAL_NAN : pattern));
    const { sha256, nans } = allPatterns[format === 'F16' ? 'float16' : 'bfloat16'];
    expect(createHash('sha256').update(new Uint8Array(canonical.buffer)).digest('hex')).toBe(
      sha256,
    );
    expect(bits.filter(isNan)).toHaveLength(nans);
  });

  it.each([
    ['F16', 'float32-as-float16.bin'],
    ['BF16', 'float32-as-bfloat16.bin'],
  ] as const)('awkward float32 as %s', (format, file) => {
    const expected = new Uint16Array(read(file).slice().buffer);
    const values = decodeFloat32(read('float32.bin'), 'F32');
    const actual = new Uint16Array(encodeFloat32(values, format).buffer);
    expect(actual).toHaveLength(expected.length);
    // A NaN's payload differs between torch's own vector and scalar code; that it is a NaN does not.
    const differing = [...actual.keys()].filter(
      (i) =>
        actual[i] !== expected[i] &&
        !(
          Number.isNaN(values[i]) &&
          isNanPattern(expected[i], format) &&
          isNanPattern(actual[i], format)
        ),
    );
    expect(differing).toEqual([]);
  });

  it('awkward float64 as float32', () => {
    const actual = decodeFloat32(read('float64.bin'), 'F64');
    expect(actual).toEqual(decodeFloat32(read('float64-as-float32.bin'), 'F32'));
  });
});

function isNanPattern(pattern: number | undefined, format: Half): boolean {
  return Number.isNaN(definedValue(pattern ?? 0, format));
}
