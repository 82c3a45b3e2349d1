/** Is an ONNX file one of this program's? */

import type { ByteSource } from '../../checkpoint/byte-source';
import { joinBytes } from '../../checkpoint/join-bytes';
import { createGraph, PRODUCER } from './graph';
import { integer, text } from './wire';

/** By its first fields, which say who wrote it. */
export async function isOwnModel(source: ByteSource): Promise<boolean> {
  const { irVersion } = createGraph('').fields();
  const expected = joinBytes([integer(1, irVersion), text(2, PRODUCER)]);
  const found = new Uint8Array(await source.slice(0, expected.length).arrayBuffer());
  return found.length === expected.length && expected.every((byte, i) => byte === found[i]);
}
