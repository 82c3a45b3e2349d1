/** Matrices turned about their diagonal, a tile at a time, so that what is read and what is written stay in a processor's cache. */
import type { Block } from './matrix';

const TILE = 32;

/** `to = from'`. */
export function transpose(from: Block, rows: number, columns: number, to: Block): void {
  for (let top = 0; top < rows; top += TILE) {
    for (let left = 0; left < columns; left += TILE) {
      const right = Math.min(left + TILE, columns);
      for (let i = top; i < Math.min(top + TILE, rows); i++) {
        for (let j = left; j < right; j++) {
          to.data[to.at + j * to.stride + i] = from.data[from.at + i * from.stride + j] as number;
        }
      }
    }
  }
}

/** Copies the upper half of a square matrix to its lower half. */
export function mirror({ data, at, stride }: Block, order: number): void {
  for (let top = 0; top < order; top += TILE) {
    for (let left = top; left < order; left += TILE) {
      const right = Math.min(left + TILE, order);
      for (let i = top; i < Math.min(top + TILE, order); i++) {
        for (let j = Math.max(left, i + 1); j < right; j++) {
          data[at + j * stride + i] = data[at + i * stride + j] as number;
        }
      }
    }
  }
}
