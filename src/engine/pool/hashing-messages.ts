/** What the engine and a thread that hashes say to each other. */
import type { NamedBlob } from '../../checkpoint/types';

export interface HashRequest {
  readonly files: readonly NamedBlob<Blob>[];
  readonly resume?: { readonly bytesDone: number; readonly state: Uint8Array } | undefined;
}

export type HashAnswer =
  | {
      readonly kind: 'progress';
      readonly bytesDone: number;
      readonly bytesTotal: number;
      readonly state: Uint8Array;
    }
  | { readonly kind: 'sum'; readonly sha256: string }
  /** Whoever hashes the same bytes himself is told why. */
  | { readonly kind: 'failed' };
