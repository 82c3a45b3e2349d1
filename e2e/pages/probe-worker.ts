/** Tries what the policy forbids inside a worker, and says how it went. */
function evaluate(): string {
  try {
    return String(new Function('return "evaluated"')());
  } catch (error) {
    return error instanceof Error ? error.name : String(error);
  }
}

self.postMessage(evaluate());
