/** Palettes as Pillow holds them. */

/** 256 colours as RGB triples; those that `palette` lacks are black, those beyond 256 are dropped. */
export function fullPalette(palette: Uint8Array | undefined): Uint8Array {
  const colours = new Uint8Array(256 * 3);
  if (palette) colours.set(palette.subarray(0, colours.length));
  return colours;
}

/** The palette whose every entry is its own shade of grey. */
export function greyPalette(): Uint8Array {
  return Uint8Array.from({ length: 256 * 3 }, (_, i) => Math.floor(i / 3));
}

/** One RGB triple for each index. */
export function coloured(indices: Uint8Array, palette: Uint8Array): Uint8Array {
  const data = new Uint8Array(indices.length * 3);
  for (let i = 0, o = 0; i < indices.length; i++, o += 3) {
    const p = (indices[i] as number) * 3;
    data[o] = palette[p] as number;
    data[o + 1] = palette[p + 1] as number;
    data[o + 2] = palette[p + 2] as number;
  }
  return data;
}
