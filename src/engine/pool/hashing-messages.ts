/** What the engine and a thread that hashes say to each other; `id` is the engine's, of one model. */
import type { NamedBlob } from '../../checkpoint/types';

export type HashRequest =
  | {
      readonly kind: 'hash';
      readonly id: number;
      readonly files: readonly NamedBlob<Blob>[];
      readonly resume?: { readonly bytesDone: number; readonly state: Uint8Array } | undefined;
    }
  | { readonly kind: 'stop'; readonly id: number };

export type HashAnswer =
  | {
      readonly kind: 'progress';
      readonly id: number;
      readonly bytesDone: number;
      readonly bytesTotal: number;
      readonly state: Uint8Array;
    }
  | { readonly kind: 'sum'; readonly id: number; readonly sha256: string }
  /** Whoever hashes the same bytes himself is told why. */
  | { readonly kind: 'failed'; readonly id: number };
