/**
 * What computes. A `TensorBackend` does the merge's element-wise arithmetic over opaque buffers (CPU: the reference;
 * WebGPU: WGSL). An `OrtEngine` runs ONNX graphs. A `Runtime` holds one of each, chosen once and handed down.
 */

/** A float32 vector owned by one backend. Its layout is the backend's secret. */
export interface TensorBuffer {
  readonly length: number;
}

/** Element-wise float32 arithmetic, every operation rounded to float32, bit for bit the same on every backend. */
export interface TensorBackend {
  readonly kind: 'cpu' | 'webgpu';
  /** Takes ownership of `data`: the caller must not use it afterwards. */
  upload(data: Float32Array<ArrayBuffer>): TensorBuffer;
  /** A buffer of `length` zeros. */
  allocate(length: number): TensorBuffer;
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
  /** `out = base + scalingFactor * sum`, rounded after the multiplication and after the addition. */
  scaleAndAdd(
    out: TensorBuffer,
    base: TensorBuffer,
    sum: TensorBuffer,
    scalingFactor: number,
  ): void;
  /** Overwrites a buffer's contents; `data.length` must equal `buffer.length`. */
  write(buffer: TensorBuffer, data: Float32Array<ArrayBuffer>): void;
  /** Reads a buffer back into a fresh array. */
  read(buffer: TensorBuffer): Promise<Float32Array<ArrayBuffer>>;
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
  /** Runs the graph once; every output as float32. Runs of one runtime never overlap (mutex inside). */
  run(feeds: Readonly<Record<string, OrtFeed>>): Promise<Record<string, Float32Array>>;
  release(): Promise<void>;
}

export interface OrtEngine {
  readonly provider: 'wasm' | 'webgpu';
  /** Threads of the wasm build; 1 on WebGPU. */
  readonly threads: number;
  createSession(model: Uint8Array): Promise<OrtSession>;
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
