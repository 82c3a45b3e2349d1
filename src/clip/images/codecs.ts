/**
 * The JPEG and WebP decoders (libjpeg and libwebp as WebAssembly). Each is loaded when first needed and kept for the
 * life of the thread. How the .wasm file is found is all that differs between a page and Node.
 */
import type { PictureCodec } from './codec-name';
import { compile } from './compile-codec';

/** Decoded pixels: RGBA, 8 bit, row by row. */
export interface RgbaPixels {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8ClampedArray;
}

/** The decoder refused the data; the message is its own, or empty. */
export class CodecError extends Error {
  override readonly name = 'CodecError';
}

/** What Emscripten's factories take and give, as far as it is used here. */
interface Decoder {
  decode(encoded: ArrayBuffer, ...options: readonly boolean[]): RgbaPixels | null;
}
interface Options {
  noInitialRun: boolean;
  instantiateWasm(
    imports: WebAssembly.Imports,
    done: (instance: WebAssembly.Instance) => void,
  ): WebAssembly.Exports;
  printErr(line: string): void;
}
type Factory = (options: Options) => Promise<Decoder>;

type Decode = (encoded: ArrayBuffer) => Promise<RgbaPixels>;

/** Did the C code give up (`exit`, `abort`, a trap)? Everything else that is thrown is a mistake of ours. */
function gaveUp(thrown: unknown): boolean {
  return (
    thrown instanceof WebAssembly.RuntimeError || (thrown as Error | null)?.name === 'ExitStatus'
  );
}

/** `options`: what the decoder's own `decode` takes after the data; it checks their number. */
function codec(
  name: PictureCodec,
  load: () => Promise<{ readonly default: Factory }>,
  ...options: readonly boolean[]
): Decode {
  let module: Promise<WebAssembly.Module> | undefined;
  let decoder: Promise<Decoder> | undefined;
  let complaints: string[] = [];

  async function start(): Promise<Decoder> {
    module ??= compile(name);
    const [{ default: factory }, compiled] = await Promise.all([load(), module]);
    return factory({
      noInitialRun: true,
      instantiateWasm: (imports, done) => {
        const instance = new WebAssembly.Instance(compiled, imports);
        done(instance);
        return instance.exports;
      },
      printErr: (line) => complaints.push(line),
    });
  }

  return async (encoded) => {
    decoder ??= start();
    let ready: Decoder;
    try {
      ready = await decoder;
    } catch (cause) {
      // A file that could not be fetched may be there at the next try.
      module = undefined;
      decoder = undefined;
      throw cause;
    }
    complaints = [];
    try {
      const pixels = ready.decode(encoded, ...options);
      if (pixels) return pixels;
    } catch (thrown) {
      if (!gaveUp(thrown)) throw thrown;
      // What the C code had allocated is never freed, so the next picture gets a new instance.
      decoder = undefined;
    }
    throw new CodecError(complaints.join('; '));
  };
}

/** Decoders by name. @throws CodecError for bad data; DeviceError where the decoder itself cannot be loaded. */
export const codecs: Readonly<Record<PictureCodec, Decode>> = {
  // Not turned upright by the decoder: orientation.ts does that for all formats.
  jpeg: codec('jpeg', () => import('@jsquash/jpeg/codec/dec/mozjpeg_dec.js'), false),
  webp: codec('webp', () => import('@jsquash/webp/codec/dec/webp_dec.js')),
};
