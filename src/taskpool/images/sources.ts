/** What image sets are read from, and what is said of what is left out. */

import type { ByteSource } from '../../checkpoint/byte-source';

/** A file whose content may still lie in a zip. */
export interface SourceFile {
  /** Its last part. */
  readonly name: string;
  /** As the user knows it, from the dropped folder or zip on. */
  readonly path: string;
  read(): Promise<ByteSource>;
}

export interface Folder {
  readonly name: string;
  readonly path: string;
  readonly files: SourceFile[];
  readonly folders: Map<string, Folder>;
}

/** Something that was left out. */
export interface Skipped {
  readonly name: string;
  readonly reason: string;
}

/** Something of what is used that people should know. */
export interface Remark {
  readonly name: string;
  readonly remark: string;
}
