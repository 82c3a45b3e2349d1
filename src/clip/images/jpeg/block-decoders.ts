/** One block of a scan: sequential (ITU-T T.81, F.2.2) and the four kinds of progressive ones (G.1.2 and G.2). */
import { type BitReader, type HuffmanTable, ScanError } from './huffman';

/** Coefficients of a block, and of which of them a scan speaks: its SOS segment. */
export interface Band {
  /** First and last coefficient in zigzag order. */
  readonly first: number;
  readonly last: number;
  /** Bit position of this scan, and of the one before it; 0 where there is none. */
  readonly low: number;
  readonly high: number;
}

/** What goes on from block to block. */
export interface Running {
  /** Last DC value of the component. */
  prediction: number;
}

export interface RunOfBlocks {
  /** Blocks still to come that have no new coefficients. */
  left: number;
}

export interface BlockInput {
  readonly bits: BitReader;
  readonly coefficients: Int16Array;
  /** Where the block's 64 begin. */
  readonly at: number;
  readonly dc: HuffmanTable | undefined;
  readonly ac: HuffmanTable | undefined;
  readonly running: Running;
  readonly run: RunOfBlocks;
}

function known(table: HuffmanTable | undefined): HuffmanTable {
  if (!table) throw new ScanError('a table of codes is missing');
  return table;
}

function dcFirst({ bits, coefficients, at, dc, running }: BlockInput, low: number): void {
  const size = bits.symbol(known(dc));
  if (size > 15) throw new ScanError('a coefficient is too large');
  running.prediction += bits.signed(size);
  coefficients[at] = running.prediction << low;
}

function sequential(input: BlockInput): void {
  dcFirst(input, 0);
  const { bits, coefficients, at } = input;
  const ac = known(input.ac);
  for (let k = 1; k < 64; k++) {
    const symbol = bits.symbol(ac);
    const size = symbol & 15;
    if (size === 0 && symbol >> 4 < 15) return;
    k += symbol >> 4;
    if (k > 63) throw new ScanError('a block is too long');
    if (size > 0) coefficients[at + k] = bits.signed(size);
  }
}

function acFirst(
  { bits, coefficients, at, ac, run }: BlockInput,
  { first, last, low }: Band,
): void {
  if (run.left > 0) {
    run.left--;
    return;
  }
  const table = known(ac);
  for (let k = first; k <= last; k++) {
    const symbol = bits.symbol(table);
    const zeros = symbol >> 4;
    const size = symbol & 15;
    if (size === 0 && zeros < 15) {
      run.left = (1 << zeros) - 1 + bits.bits(zeros);
      return;
    }
    k += zeros;
    if (k > 63) throw new ScanError('a block is too long');
    if (size > 0) coefficients[at + k] = bits.signed(size) << low;
  }
}

/** Adds this scan's bit to a coefficient that is not zero. */
function refine({ bits, coefficients }: BlockInput, index: number, step: number): void {
  const value = coefficients[index] as number;
  if (bits.bits(1) === 1 && (value & step) === 0) {
    coefficients[index] = value + (value < 0 ? -step : step);
  }
}

function acRefine(input: BlockInput, { first, last, low }: Band): void {
  const { bits, coefficients, at, run } = input;
  const step = 1 << low;
  let k = first;
  if (run.left === 0) {
    const table = known(input.ac);
    for (; k <= last; k++) {
      const symbol = bits.symbol(table);
      let zeros = symbol >> 4;
      let value = 0;
      if ((symbol & 15) !== 0) value = bits.bits(1) === 1 ? step : -step;
      else if (zeros < 15) {
        run.left = (1 << zeros) + bits.bits(zeros);
        break;
      }
      // Passes over that many coefficients which are still zero; the others get their bit on the way.
      for (; k <= last; k++) {
        if (coefficients[at + k] !== 0) refine(input, at + k, step);
        else if (zeros-- === 0) break;
      }
      if (value !== 0) {
        if (k > last) throw new ScanError('a block is too long');
        coefficients[at + k] = value;
      }
    }
  }
  if (run.left === 0) return;
  for (; k <= last; k++) if (coefficients[at + k] !== 0) refine(input, at + k, step);
  run.left--;
}

/** Reads the block that comes next in a scan. */
export function decodeBlock(input: BlockInput, band: Band, progressive: boolean): void {
  if (!progressive) sequential(input);
  else if (band.first > 0) (band.high === 0 ? acFirst : acRefine)(input, band);
  else if (band.high === 0) dcFirst(input, band.low);
  else if (input.bits.bits(1) === 1) {
    input.coefficients[input.at] = (input.coefficients[input.at] as number) | (1 << band.low);
  }
}
