/** Peak memory of processes, as Linux counts it; elsewhere unknown. */
import { readFileSync } from 'node:fs';

/** Peak resident bytes of a process, or null where the system does not tell. */
export function peakResident(pid: number | 'self'): number | null {
  return statusBytes(pid, 'VmHWM');
}

/** Resident bytes of a process now, or null where the system does not tell. */
export function resident(pid: number): number | null {
  return statusBytes(pid, 'VmRSS');
}

function statusBytes(pid: number | 'self', field: 'VmHWM' | 'VmRSS'): number | null {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    const kilobytes = new RegExp(`^${field}:\\s+(\\d+) kB$`, 'm').exec(status)?.[1];
    return kilobytes === undefined ? null : Number(kilobytes) * 1024;
  } catch {
    return null;
  }
}

export function megabytes(bytes: number | null): string {
  return bytes === null ? 'unknown' : `${Math.round(bytes / 1e6)} MB`;
}
