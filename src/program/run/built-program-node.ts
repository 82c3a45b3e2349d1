/** Programs that are built beside the one that runs: those of threads, and the trial of WebGPU. */
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/**
 * @param programs - the folder of the built programs
 * @returns undefined where it was not built: whoever asks does without it
 */
export function builtProgram(programs: URL | undefined, name: string): URL | undefined {
  const program = programs && new URL(name, programs);
  return program && existsSync(fileURLToPath(program)) ? program : undefined;
}
