/** The quantised coefficients of a JPEG, sequential or progressive, with Huffman codes (ITU-T T.81). */
import { type Band, decodeBlock, type Running, type RunOfBlocks } from './block-decoders';
import { BitReader, type HuffmanTable, huffmanTable, ScanError } from './huffman';

export interface Component {
  readonly id: number;
  /** Sampling factors across and down. */
  readonly h: number;
  readonly v: number;
  /** Blocks that hold its samples. */
  readonly columns: number;
  readonly rows: number;
  /** Blocks in a row of `coefficients`: whole groups of interleaved blocks. */
  readonly stride: number;
  /** Block by block, 64 each in zigzag order. */
  readonly coefficients: Int16Array;
  /** 64 in zigzag order. */
  quantisation: Uint16Array;
}

interface Frame {
  readonly progressive: boolean;
  /** Groups of interleaved blocks. */
  readonly across: number;
  readonly down: number;
  readonly components: readonly Component[];
  /** Number of the quantisation table of each. */
  readonly tables: readonly number[];
}

/** Tables as they stand when a scan begins. */
interface Tables {
  readonly dc: (HuffmanTable | undefined)[];
  readonly ac: (HuffmanTable | undefined)[];
  readonly quantisation: (Uint16Array | undefined)[];
  /** Groups of blocks between two restarts; 0 for none. */
  restart: number;
}

const [DHT, DQT, DRI, SOS, EOI] = [0xc4, 0xdb, 0xdd, 0xda, 0xd9];
const PROGRESSIVE = 0xc2;
const FRAMES = [0xc0, 0xc1, PROGRESSIVE];

function readFrame(marker: number, content: Uint8Array, fileSize: number): Frame {
  const view = new DataView(content.buffer, content.byteOffset, content.length);
  const [height, width] = [view.getUint16(1), view.getUint16(3)];
  const rows = Array.from({ length: content[5] ?? 0 }, (_, n) =>
    content.subarray(6 + 3 * n, 9 + 3 * n),
  );
  const factors = rows.map(([, factor = 0]) => ({ h: factor >> 4, v: factor & 15 }));
  if (factors.some(({ h, v }) => h < 1 || h > 4 || v < 1 || v > 4)) {
    throw new ScanError('its sampling factors do not exist');
  }
  const [maxH, maxV] = [
    Math.max(...factors.map(({ h }) => h)),
    Math.max(...factors.map(({ v }) => v)),
  ];
  const across = Math.ceil(width / (8 * maxH));
  const down = Math.ceil(height / (8 * maxV));
  const blocks = factors.reduce((sum, { h, v }) => sum + across * h * down * v, 0);
  // Every block takes a bit at least, so what a short file says of its size cannot make this allocate.
  if (blocks > fileSize * 8) throw new ScanError('data is missing');
  const components = factors.map(({ h, v }, n): Component => {
    const stride = across * h;
    return {
      id: rows[n]?.[0] ?? 0,
      h,
      v,
      columns: Math.ceil(Math.ceil((width * h) / maxH) / 8),
      rows: Math.ceil(Math.ceil((height * v) / maxV) / 8),
      stride,
      coefficients: new Int16Array(stride * down * v * 64),
      quantisation: new Uint16Array(0),
    };
  });
  const tables = rows.map(([, , table = 0]) => table);
  return { progressive: marker === PROGRESSIVE, across, down, components, tables };
}

function readHuffmanTables(content: Uint8Array, tables: Tables): void {
  for (let at = 0; at + 17 <= content.length; ) {
    const head = content[at] as number;
    const counts = content.subarray(at + 1, at + 17);
    const size = counts.reduce((sum, count) => sum + count, 0);
    const symbols = content.subarray(at + 17, at + 17 + size);
    (head >> 4 === 0 ? tables.dc : tables.ac)[head & 15] = huffmanTable(counts, symbols);
    at += 17 + size;
  }
}

function readQuantisation(content: Uint8Array, tables: Tables): void {
  for (let at = 0; at < content.length; ) {
    const head = content[at] as number;
    const wide = head >> 4 !== 0;
    const end = at + 1 + (wide ? 128 : 64);
    if (end > content.length) throw new ScanError('a quantisation table is cut short');
    const view = new DataView(content.buffer, content.byteOffset + at + 1);
    tables.quantisation[head & 15] = Uint16Array.from({ length: 64 }, (_, i) =>
      wide ? view.getUint16(2 * i) : view.getUint8(i),
    );
    at = end;
  }
}

interface ScanPart {
  readonly component: Component;
  readonly dc: HuffmanTable | undefined;
  readonly ac: HuffmanTable | undefined;
  readonly running: Running;
}

/** The blocks of one group, or of one place in a scan of one component. */
function* blocksOf(parts: readonly ScanPart[], frame: Frame): Generator<[ScanPart, number][]> {
  const [only] = parts;
  if (parts.length === 1 && only) {
    const { columns, rows, stride } = only.component;
    for (let y = 0; y < rows; y++) {
      for (let x = 0; x < columns; x++) yield [[only, (y * stride + x) * 64]];
    }
    return;
  }
  for (let y = 0; y < frame.down; y++) {
    for (let x = 0; x < frame.across; x++) {
      yield parts.flatMap((part) => {
        const { h, v, stride } = part.component;
        return Array.from({ length: h * v }, (_, n): [ScanPart, number] => {
          const row = y * v + Math.floor(n / h);
          return [part, (row * stride + x * h + (n % h)) * 64];
        });
      });
    }
  }
}

function scanParts(content: Uint8Array, frame: Frame, tables: Tables): ScanPart[] {
  return Array.from({ length: content[0] ?? 0 }, (_, n) => {
    const [id, choice = 0] = content.subarray(1 + 2 * n, 3 + 2 * n);
    const index = frame.components.findIndex((component) => component.id === id);
    const component = frame.components[index];
    if (!component) throw new ScanError('a scan names a component that is not there');
    // A table may be replaced between scans: what counts is how it stands when its component begins.
    if (component.quantisation.length === 0) {
      const quantisation = tables.quantisation[frame.tables[index] ?? 0];
      if (!quantisation) throw new ScanError('a quantisation table is missing');
      component.quantisation = quantisation;
    }
    return {
      component,
      dc: tables.dc[choice >> 4],
      ac: tables.ac[choice & 15],
      running: { prediction: 0 },
    };
  });
}

/** Reads a scan; returns where its data ends. */
function readScan(
  bytes: Uint8Array,
  at: number,
  content: Uint8Array,
  frame: Frame,
  tables: Tables,
): number {
  const parts = scanParts(content, frame, tables);
  const [first = 0, last = 63, approximation = 0] = content.subarray(1 + 2 * parts.length);
  const band: Band = { first, last, low: approximation & 15, high: approximation >> 4 };
  if (first > last || last > 63 || band.low > 13) throw new ScanError('a scan is damaged');
  if (frame.progressive && first > 0 && parts.length !== 1)
    throw new ScanError('a scan is damaged');
  const bits = new BitReader(bytes, at);
  const run: RunOfBlocks = { left: 0 };
  let done = 0;
  for (const group of blocksOf(parts, frame)) {
    if (tables.restart > 0 && done > 0 && done % tables.restart === 0) {
      bits.restart();
      run.left = 0;
      for (const { running } of parts) running.prediction = 0;
    }
    for (const [{ component, dc, ac, running }, place] of group) {
      const { coefficients } = component;
      decodeBlock({ bits, coefficients, at: place, dc, ac, running, run }, band, frame.progressive);
    }
    done++;
  }
  return bits.at;
}

/**
 * The coefficients of a whole JPEG.
 * @throws ScanError where its data is damaged, or of a kind without Huffman codes
 */
export function readCoefficients(bytes: Uint8Array): readonly Component[] {
  const tables: Tables = { dc: [], ac: [], quantisation: [], restart: 0 };
  let frame: Frame | undefined;
  let at = 2;
  while (at + 4 <= bytes.length) {
    const marker = bytes[at + 1] as number;
    // Fill bytes, and what a scan leaves over before the next marker.
    if (bytes[at] !== 0xff || marker === 0 || marker === 0xff || (marker >= 0xd0 && marker < EOI)) {
      at++;
      continue;
    }
    if (marker === EOI) break;
    const length = ((bytes[at + 2] as number) << 8) | (bytes[at + 3] as number);
    const content = bytes.subarray(at + 4, at + 2 + length);
    at += 2 + Math.max(2, length);
    if (FRAMES.includes(marker)) frame ??= readFrame(marker, content, bytes.length);
    else if (marker === DHT) readHuffmanTables(content, tables);
    else if (marker === DQT) readQuantisation(content, tables);
    else if (marker === DRI) tables.restart = ((content[0] ?? 0) << 8) | (content[1] ?? 0);
    else if (marker === SOS) {
      if (!frame) throw new ScanError('a scan stands before its frame');
      at = readScan(bytes, at, content, frame, tables);
    }
  }
  if (!frame || frame.components.some(({ quantisation }) => quantisation.length === 0)) {
    throw new ScanError('a component is missing');
  }
  return frame.components;
}
