/** Four inks to RGB, by Pillow's integers (Pillow 13, src/libImaging/Convert.c, `cmyk2rgb`): no colour profile comes in. */

/** What is left of `light` under an ink: `light - ink * light / 255`, rounded. */
export function under(ink: number, light: number): number {
  const product = ink * light + 128;
  return light - ((product + (product >> 8)) >> 8);
}
