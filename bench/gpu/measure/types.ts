/** What the GPU benchmark finds out: plain values, as the page posts them and the file of results holds them. */
import type { Spread } from '../../support/spread';

export interface Machine {
  readonly userAgent: string;
  /** Logical processors. */
  readonly cores: number;
  readonly adapter: string;
  /** An adapter that computes on the CPU: what is measured says nothing about GPUs. */
  readonly software: boolean;
  readonly features: readonly string[];
  readonly limits: Readonly<Record<string, number>>;
}

/** A kernel of the merge against copying from one buffer to another. */
export interface Bandwidth {
  readonly kernel: string;
  readonly over: string;
  /** Bytes that one pass reads and writes. */
  readonly bytes: number;
  /** In 10^9 bytes per second. */
  readonly rate: Spread;
  /** The same of the copy, measured in the same rounds. */
  readonly copy: Spread;
  /** Of the two medians. */
  readonly ofCopy: number;
}

export interface Scoring {
  readonly model: string;
  readonly batch: number;
  /** From the graph to a session, in milliseconds. */
  readonly session: number;
  /** The first run, in which shaders are compiled, in milliseconds. */
  readonly firstRun: number;
  readonly imagesPerSecond: Spread;
}

/** From a new scaling factor to the first batch's embeddings, in milliseconds. */
export interface Latency {
  readonly model: string;
  readonly batch: number;
  readonly milliseconds: Spread;
}

export interface Failure {
  readonly what: string;
  readonly reason: string;
}

export interface GpuResults {
  readonly format: 1;
  readonly date: string;
  readonly version: string;
  readonly machine: Machine;
  readonly selfTest: { readonly exact: boolean; readonly detail: string };
  /** What one layer of each tower gave against ONNX Runtime's wasm. */
  readonly vision: Readonly<Record<string, string>>;
  readonly bandwidth: readonly Bandwidth[];
  readonly scoring: readonly Scoring[];
  readonly latency: readonly Latency[];
  /** Bytes of buffers that the merge held at most; ONNX Runtime's own are not counted. */
  readonly mergeBytes: number;
  /** What could not be measured. */
  readonly failures: readonly Failure[];
}
