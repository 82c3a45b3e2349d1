/** Why ONNX Runtime failed, from what it throws: bare numbers, terse strings, and texts with places in its own sources. */
import { shorten } from '../../shorten';

const MEMORY = /bad_alloc|out of memory|failed to allocate|memory access out of bounds|\bOOM\b/i;
/** A file of the build, with its line and the C++ signature after it. */
const SOURCE =
  /\S*\.(?:cc|cpp|cu|h|hpp):\d+\s+(?:[^:]|::)*?\)(?:\s+const)?(?:\s*\[[^\]]*\])?:?\s*/g;

const NO_MEMORY =
  'there is not enough memory. Close other programs or pages, or score a smaller model';

/** Its WebGPU provider looks for one when a session is made. */
const ADAPTER = /Failed to get a WebGPU adapter/;

/** @returns a clause without a full stop */
export function failureReason(cause: unknown): string {
  const message = cause instanceof Error ? cause.message : String(cause);
  // A C++ exception that nobody caught is its address: in practice it is always memory.
  if (/^\d+$/.test(message.trim())) return NO_MEMORY;
  if (MEMORY.test(message)) return NO_MEMORY;
  if (ADAPTER.test(message)) return 'there is no WebGPU adapter';
  const own = message
    .slice(message.lastIndexOf('ERROR_MESSAGE: ') + 1)
    .replace(/^RROR_MESSAGE: /, '');
  return (
    shorten(own.replaceAll(SOURCE, '').replaceAll(/\s+/g, ' ').trim().replace(/\.$/, '')) ||
    'it gave no reason'
  );
}
