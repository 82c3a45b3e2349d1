/** The decoders that come as WebAssembly. */
export type CodecName = 'jpeg' | 'webp';
