/** A browser that is no Chromium, as far as the tests drive it. Each has a profile in a temporary folder and ends with its test. */

export interface DrivenBrowser {
  /** Its name and version, as it tells them. */
  readonly name: string;
  goto(url: string): Promise<void>;
  /** Runs the source of a function in the page, with these arguments; everything is copied as JSON. */
  call(source: string, args: readonly unknown[]): Promise<unknown>;
  /** Gives a file input these files, as a user who chose them. */
  setFiles(selector: string, paths: readonly string[]): Promise<void>;
  /** Where what the page downloads is written. */
  readonly downloads: string;
  /** Errors of the page that nobody caught, and of its console, as far as this browser tells. */
  problems(): readonly string[];
  close(): Promise<void>;
}

/** Runs a function in the page; its arguments and result are copied. It may be asynchronous, and sees nothing around it. */
export async function evaluate<Args extends readonly unknown[], R>(
  browser: DrivenBrowser,
  work: (...args: Args) => R | Promise<R>,
  ...args: Args
): Promise<R> {
  return (await browser.call(String(work), args)) as R;
}
