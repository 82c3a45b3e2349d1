/** What is about to be downloaded, for people: every file with its size, large ones with their SHA-256. */
import type { DownloadList } from '../../program/run/downloads/download-missing-node';
import { formatBytes } from '../../quantities';

export function downloadText({ host, cache, repositories, bytes, files }: DownloadList): string {
  const lines = [
    `${files} file${files === 1 ? '' : 's'}, ${formatBytes(bytes)}, to download from ${host} to ${cache}:`,
  ];
  for (const { listing, files: planned } of repositories) {
    const { repository, commit } = listing;
    const { kind, name, revision } = repository;
    const at = revision === commit ? commit : `${revision}, commit ${commit}`;
    lines.push(`${name}${kind === 'dataset' ? ', data set' : ''} (${at})`);
    const coming = planned.filter(({ state }) => state === 'missing');
    const width = Math.max(...coming.map(({ path }) => path.length));
    for (const { path, size, toCome, sha256 } of coming) {
      const part = toCome < size ? ` (${formatBytes(size - toCome)} of it is here)` : '';
      const sum = sha256 === null ? '' : `  sha256 ${sha256}`;
      lines.push(`  ${path.padEnd(width)}  ${formatBytes(size).padStart(8)}${sum}${part}`);
    }
  }
  return lines.join('\n');
}
