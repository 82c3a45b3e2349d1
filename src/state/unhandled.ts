/** Errors that reach the top of the page: nobody waited for them, and somebody has to be told. */

/** Tells of an error; `handled` keeps it off nothing, the console has it as well. */
export type OnUnhandled = (error: unknown) => void;

/** Chromium and Safari say this where a panel is resized while it is drawn; it is drawn again in the next frame. */
const HARMLESS = /^ResizeObserver loop/;

/** Watches this window's errors and rejections. Returns the way to stop. */
export function watchUnhandled(target: Window, tell: OnUnhandled): () => void {
  const onError = (event: ErrorEvent): void => {
    // A file that did not load tells its own element; an extension's script is not the page's.
    if (HARMLESS.test(event.message) || isForeign(event.filename, target)) return;
    tell(event.error ?? new Error(event.message));
  };
  const onRejection = (event: PromiseRejectionEvent): void => tell(event.reason);
  target.addEventListener('error', onError);
  target.addEventListener('unhandledrejection', onRejection);
  return () => {
    target.removeEventListener('error', onError);
    target.removeEventListener('unhandledrejection', onRejection);
  };
}

function isForeign(filename: string, target: Window): boolean {
  return /^[a-z-]+:/.test(filename) && !filename.startsWith(target.location.origin);
}
