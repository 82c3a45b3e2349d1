/** Gives the `size` bytes that were packed, or throws. */
export type Unpack = (packed: Uint8Array<ArrayBuffer>, size: number) => Uint8Array<ArrayBuffer>;
