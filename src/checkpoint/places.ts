/** Where the bytes of tensors lie: in which file, and from where on. */
import type { NamedBlob, TensorSource } from './types';

export interface Place {
  readonly file: NamedBlob;
  /** Of its first byte. */
  readonly begin: number;
}

const places = new WeakMap<TensorSource, Place>();

/** Says that what `source` reads are bytes of a file, as they are and in one piece. Of this very source: a changed copy may read others. */
export function liesIn(source: TensorSource, file: NamedBlob, begin: number): void {
  places.set(source, { file, begin });
}

/** Undefined of a tensor that is put together, or lies in a small file that is read whole. */
export function placeOf(source: TensorSource): Place | undefined {
  return places.get(source);
}

/** `made`, which reads what `source` reads from byte `offset` on, as it is. */
export function liesWithin(made: TensorSource, source: TensorSource, offset: number): TensorSource {
  const place = placeOf(source);
  if (place) liesIn(made, place.file, place.begin + offset);
  return made;
}
