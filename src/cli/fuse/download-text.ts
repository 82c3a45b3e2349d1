/** What is about to be downloaded, for people: every file with its size, large ones with their SHA-256. */
import type { DownloadList } from '../../program/run/downloads/download-missing-node';
import {
  excerptsToCome,
  type PlannedDownload,
} from '../../program/run/downloads/plan-download-node';
import { formatBytes } from '../../quantities';

export function downloadText(list: DownloadList): string {
  const { host, cache, partsFolder, repositories, bytes, files, inPart } = list;
  const several = inPart === 0 ? '' : ` (${inPart} in part)`;
  const lines = [
    `${files} file${files === 1 ? '' : 's'}${several}, ${formatBytes(bytes)}, to download from ${host} to ${cache}:`,
  ];
  for (const plan of repositories) {
    const { repository, commit } = plan.listing;
    const { kind, name, revision } = repository;
    const at = revision === commit ? commit : `${revision}, commit ${commit}`;
    lines.push(`${name}${kind === 'dataset' ? ', data set' : ''} (${at})`);
    const coming = comingOf(plan);
    const width = Math.max(...coming.map(({ path }) => path.length));
    for (const { path, size, rest } of coming) {
      lines.push(`  ${path.padEnd(width)}  ${formatBytes(size).padStart(8)}${rest}`);
    }
  }
  if (inPart > 0) {
    lines.push(
      `Parts are the row groups of the pictures that are scored. They are kept in ${partsFolder}, and have no SHA-256 to compare them with.`,
    );
  }
  return lines.join('\n');
}

interface Line {
  readonly path: string;
  readonly size: number;
  readonly rest: string;
}

function comingOf(plan: PlannedDownload): Line[] {
  const whole = plan.files.filter(({ state }) => state === 'missing');
  return [
    ...whole.map(({ path, size, toCome, sha256 }) => {
      const part = toCome < size ? ` (${formatBytes(size - toCome)} of it is here)` : '';
      return { path, size, rest: `${sha256 === null ? '' : `  sha256 ${sha256}`}${part}` };
    }),
    ...excerptsToCome(plan).map(({ remote: { file }, bytes, sizeToCome, ...groups }) => {
      const { rowGroups, allRowGroups } = groups;
      const part = bytes > sizeToCome ? ` (${formatBytes(bytes - sizeToCome)} of it is here)` : '';
      return {
        path: file.path,
        size: bytes,
        rest: ` of ${formatBytes(file.size)}: ${rowGroups} of ${allRowGroups} row groups${part}`,
      };
    }),
  ];
}
