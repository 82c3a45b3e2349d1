/** Comma-separated values (RFC 4180), without an end of the last line. */

export function csvText(lines: readonly (readonly (string | number)[])[]): string {
  return lines.map((cells) => cells.map(quote).join(',')).join('\r\n');
}

function quote(cell: string | number): string {
  const text = String(cell);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
