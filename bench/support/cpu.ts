/** Processor time of the processes that this one has started and that have ended, as Linux counts it; elsewhere unknown. */
import { readFileSync } from 'node:fs';

/** The kernel tells times to programs in hundredths of a second. */
const TICKS = 100;

/** Seconds on all cores together, or null where the system does not tell. */
export function childrenCpuSeconds(): number | null {
  try {
    // After the name, which is in brackets, `cutime` and `cstime` are the 14th and 15th of the fields.
    const fields = readFileSync('/proc/self/stat', 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ');
    return (Number(fields[13]) + Number(fields[14])) / TICKS;
  } catch {
    return null;
  }
}
