/** By what a job and its result are known again, on every machine and in every plan. */
import { createHash } from 'node:crypto';
import { version } from '../../version';
import type { ProgramConfig } from '../config/program/types';
import { keyText } from '../run/keep';
import type { RunOutputs } from '../run/outputs';

/** To be raised when results change for the same key. */
const FORMAT = 1;

/**
 * SHA-256 of what a run is asked for, of what it reads and of this program's version. Where it writes is told as the configuration
 * has it, `{log_dir}` included: the same run has the same key in a plan of another day.
 * @param inputs - their digest
 */
export function jobKey(
  program: ProgramConfig,
  outputs: Pick<RunOutputs, 'report'>,
  inputs: string,
): string {
  const {
    overwrite: _overwrite,
    print_config: _printConfig,
    print_function_call: _printCall,
    ...options
  } = program.program;
  // A report is written where the configuration says nothing of it, too.
  const isReported = outputs.report !== null;
  const asked = { ...program, program: options };
  return createHash('sha256')
    .update(keyText([FORMAT, version, asked, isReported, inputs]))
    .digest('hex');
}
