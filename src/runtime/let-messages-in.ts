/**
 * Wasm never leaves the microtask queue: without this between two pieces of work no message, such as a newer value or a wish
 * to stop, and no timer gets a turn.
 */
export function letMessagesIn(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve));
}
