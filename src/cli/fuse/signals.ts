/** Ctrl-C: the first asks the run to stop and to clean up, the second does not wait for it. */

/** 128 and the number of the signal, as shells have it. */
const EXIT_CODES = { SIGINT: 130, SIGTERM: 143 } as const;
type Interruption = keyof typeof EXIT_CODES;

const NAMES = Object.keys(EXIT_CODES) as Interruption[];

export interface Interrupt {
  readonly signal: AbortSignal;
  /** Of the signal that came. */
  exitCode(): number;
  dispose(): void;
}

/** @param cleanUp - what has to be done even where nobody waits; synchronous */
export function onInterrupt(cleanUp: () => void): Interrupt {
  const controller = new AbortController();
  let came: Interruption = 'SIGINT';
  const listen = (name: Interruption) => {
    if (controller.signal.aborted) {
      cleanUp();
      process.exit(EXIT_CODES[name]);
    }
    came = name;
    controller.abort();
  };
  for (const name of NAMES) process.on(name, listen);
  return {
    signal: controller.signal,
    exitCode: () => EXIT_CODES[came],
    dispose() {
      for (const name of NAMES) process.off(name, listen);
    },
  };
}
