/** The decoders that come as WebAssembly. */
export type CodecName = PictureCodec | 'brotli';
export type PictureCodec = 'jpeg' | 'webp';
