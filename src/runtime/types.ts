/**
 * What computes. A `TensorBackend` does the merge's element-wise arithmetic over opaque buffers (CPU: the reference;
 * WebGPU: WGSL). An `OrtEngine` runs ONNX graphs. A `Runtime` holds one of each, chosen once and handed down.
 */

/** A float32 vector owned by one backend. Its layout is the backend's secret. */
export interface TensorBuffer {
  readonly length: number;
}

/** 32-bit counters, owned by one backend. */
export interface CountBuffer {
  readonly length: number;
}

export type Sign = -1 | 0 | 1;

/** What becomes of the values that agree with an elected sign: added up, counted, or the largest magnitude taken. */
export type Agreement = 'sum' | 'count' | 'largest';

/** Which elements of a tensor are dropped: a function of these numbers and the element's index, on every backend. */
export interface DropPattern {
  /** Philox4x32-10's key, two 32-bit words. */
  readonly key: readonly [number, number];
  /** The counter's upper three words; the lowest is the element's index divided by four. */
  readonly stream: readonly [number, number, number];
  /** An element is dropped if the upper 24 bits of its word are less than this: 0 drops none, 2^24 all. */
  readonly limit: number;
}

/** A magnitude's 31 bits are counted in two steps: the upper 16, then the lower 15 within one value of the upper. */
export const MAGNITUDE_LOW_BITS = 15;
export const MAGNITUDE_HIGH_BINS = 1 << 16;
export const MAGNITUDE_LOW_BINS = 1 << MAGNITUDE_LOW_BITS;
export const SIGN_BINS = { negative: 0, positive: 1 } as const;

/** Element-wise float32 arithmetic, every operation rounded to float32, bit for bit the same on every backend. */
interface Arithmetic {
  /**
   * Adds a task vector: `sum += weight * (tuned - base)`, rounded after the subtraction, after the multiplication
   * (left out when `weight` is 1) and after the addition. With `first` the sum is set, not added to.
   */
  accumulate(
    sum: TensorBuffer,
    base: TensorBuffer,
    tuned: TensorBuffer,
    weight: number,
    first: boolean,
  ): void;
  /** `out = base + scalingFactor * sum`: the factor is rounded to float32, then the multiplication and the addition are. */
  scaleAndAdd(
    out: TensorBuffer,
    base: TensorBuffer,
    sum: TensorBuffer,
    scalingFactor: number,
  ): void;
  /** `sum += weight * values`, rounded after both. With `first` the sum is set, not added to. */
  addScaled(sum: TensorBuffer, values: TensorBuffer, weight: number, first: boolean): void;
  /** `values /= divisor`, rounded to nearest even; `divisor` positive, finite and not subnormal. */
  divide(values: TensorBuffer, divisor: number): void;
  /** `values /= max(divisors, 1)`, rounded to nearest even. */
  divideEach(values: TensorBuffer, divisors: TensorBuffer): void;
}

/** Element-wise choices by magnitude, sign or chance, the same on every backend. */
interface Selection {
  /** Replaces what is not larger in magnitude than the candidate: on a tie the candidate wins. */
  takeLarger(selected: TensorBuffer, candidate: TensorBuffer): void;
  /** Sets to zero what is smaller in magnitude than `threshold`. */
  trim(values: TensorBuffer, threshold: number): void;
  /**
   * Adds to `merged` those of `values` whose sign is that of `total`, or of `tie` where `total` is zero, as `agreement`
   * says; where the sign to agree with is zero, negative values do (FusionBench's `disjoint_merge`).
   */
  mergeAgreeing(
    merged: TensorBuffer,
    total: TensorBuffer,
    values: TensorBuffer,
    tie: Sign,
    agreement: Agreement,
  ): void;
  /** Multiplies by the sign of `total`, or by `tie` where that is zero. */
  applySign(values: TensorBuffer, total: TensorBuffer, tie: Sign): void;
  /** Sets the elements to zero that the pattern drops; the first has the index `begin`, a multiple of 4. */
  dropRandomly(values: TensorBuffer, pattern: DropPattern, begin: number): void;
}

/** Counts over the elements of many tensors. */
interface Counting {
  /** `length` zeros. */
  allocateCounts(length: number): CountBuffer;
  /**
   * Counts magnitudes by the upper 16 bits of their 31 (`high` null), or by the lower 15 among those whose upper bits
   * are `high`. Float32 magnitudes stand in the order of their bits.
   */
  countMagnitudes(counts: CountBuffer, values: TensorBuffer, high: number | null): void;
  /** Counts negative and positive values into the bins of `SIGN_BINS`. */
  countSigns(counts: CountBuffer, values: TensorBuffer): void;
  readCounts(counts: CountBuffer): Promise<Uint32Array<ArrayBuffer>>;
  freeCounts(counts: CountBuffer): void;
}

/** Writes to every element of a piece of memory, which several threads may share. */
export type WriteMemory = (memory: Float32Array) => Promise<void>;

export interface TensorBackend extends Arithmetic, Selection, Counting {
  readonly kind: 'cpu' | 'webgpu';
  /**
   * How a merge is best cut up: tensors in parts of so many elements (a multiple of 4; `Infinity`: whole), and how many
   * parts are worked on at once, one of them computed while others are read.
   */
  readonly parts: { readonly length: number; readonly atOnce: number };
  /** Takes ownership of `data`: the caller must not use it afterwards. */
  upload(data: Float32Array<ArrayBuffer>): TensorBuffer;
  /** Rejects with DeviceError, which says needed and available, where so many bytes cannot be had. Holds nothing. */
  reserve(bytes: number): Promise<void>;
  /** A buffer of `length` zeros. */
  allocate(length: number): TensorBuffer;
  /** The same for a moment's work: memory that is used again and again. */
  borrow(length: number): TensorBuffer;
  /** A buffer for a moment's work with what `write` puts into its memory; where that fails there is none. */
  receive(length: number, write: WriteMemory): Promise<TensorBuffer>;
  /** Overwrites a buffer's contents with what `write` puts into its memory, all of it. */
  fill(buffer: TensorBuffer, write: WriteMemory): Promise<void>;
  /**
   * A part of a buffer as `parts` cuts tensors up, where it lies: only to be read, and gone when the buffer is freed. Where
   * tensors stay whole it is the buffer itself.
   */
  part(buffer: TensorBuffer, begin: number, length: number): TensorBuffer;
  /** Copies all of `source` into `target`, from element `begin` on. */
  copy(target: TensorBuffer, begin: number, source: TensorBuffer): void;
  /** Overwrites a buffer's contents; `data.length` must equal `buffer.length`. */
  write(buffer: TensorBuffer, data: Float32Array<ArrayBuffer>): void;
  /** Reads a buffer back into a fresh array. */
  read(buffer: TensorBuffer): Promise<Float32Array<ArrayBuffer>>;
  /** Reads a buffer back and frees it, without a copy where its memory can be given away. Where that fails it stays. */
  take(buffer: TensorBuffer): Promise<Float32Array<ArrayBuffer>>;
  free(buffer: TensorBuffer): void;
  /** Hands over what was asked for so far, so that whoever reads the buffers next (ONNX Runtime) reads its results. */
  submit(): void;
  /** Resolves when everything submitted so far has been computed; rejects with DeviceError if any of it failed. */
  settled(): Promise<void>;
}

/** A feed of an ONNX graph: plain numbers, or a buffer of the runtime's own tensor backend (no copy). */
export type OrtFeed =
  | { readonly dims: readonly number[]; readonly data: Float32Array | Int32Array | BigInt64Array }
  | { readonly dims: readonly number[]; readonly buffer: TensorBuffer };

export interface OrtSession {
  /** Runs the graph once; every output as float32, in memory of its own. Runs of one runtime never overlap (mutex inside). */
  run(feeds: Readonly<Record<string, OrtFeed>>): Promise<Record<string, Float32Array<ArrayBuffer>>>;
  release(): Promise<void>;
}

export interface OrtEngine {
  /** `native`: the CPU provider of ONNX Runtime's own build for Node. */
  readonly provider: 'wasm' | 'native' | 'webgpu';
  /** Threads of wasm and native; 1 on WebGPU. */
  readonly threads: number;
  /** True where a session that holds its weights is faster than one that is fed with them. */
  readonly holdsWeights: boolean;
  /** @param held - by name, what the graph says to lie outside of it; read here and not again. Only where weights are held */
  createSession(model: Uint8Array, held?: ReadonlyMap<string, TensorBuffer>): Promise<OrtSession>;
}

/** What the start-up self-test found about this backend's float32 arithmetic. */
export interface Exactness {
  /** True: every probe, subnormals included, gave the bits of the CPU reference. */
  readonly exact: boolean;
  /** One sentence for people. */
  readonly detail: string;
}

export interface Runtime {
  readonly tensors: TensorBackend;
  /** Runs the vision tower: on the GPU where `tensors` is there, else on wasm. */
  readonly vision: OrtEngine;
  /** Runs the text tower: always plain wasm. Made on first use. */
  text(): Promise<OrtEngine>;
  readonly exactness: Exactness;
  /** Why this runtime was chosen, one sentence for people. */
  readonly reason: string;
  /** The vision tower runs on a GPU that is emulated in software. */
  readonly software: boolean;
  /** Adapter in words, where there is one. */
  readonly adapter?: string;
  /** Settles if the device is lost; never on the CPU. */
  readonly lost: Promise<string>;
  dispose(): Promise<void>;
}
