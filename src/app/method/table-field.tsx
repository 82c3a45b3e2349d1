import type { OptionValue } from '../../state/types';
import { useCommands } from '../context';
import { formatFactor } from '../format';
import { FileButton } from '../ui/file-button';

interface TableFieldProps {
  readonly id: string;
  readonly value: OptionValue;
}

/** Rows of numbers, far too many to be typed: what they are, and where others come from. */
export function TableField({ id, value }: TableFieldProps) {
  const { openConfiguration } = useCommands();
  return (
    <>
      <output id={id}>{tableText(value)}</output>
      <FileButton label="Load coefficients" accept=".pt,.pth" onFiles={openConfiguration} />
    </>
  );
}

/** Size and range of a table: `3 experts × 199 tensors, −0.1 to 0.7`. */
export function tableText(value: OptionValue): string {
  const rows = Array.isArray(value) ? value.filter((row) => Array.isArray(row)) : [];
  const values: number[] = rows.flat().filter((item) => typeof item === 'number');
  const [low, high] = [
    values.reduce((least, item) => Math.min(least, item), Infinity),
    values.reduce((most, item) => Math.max(most, item), -Infinity),
  ].map((end) => formatFactor(Number(end.toPrecision(3))));
  const experts = `${rows.length} ${rows.length === 1 ? 'expert' : 'experts'}`;
  const longest = Math.max(0, ...rows.map(({ length }) => length));
  const tensors = longest > 1 ? ` × ${longest} tensors` : ', all tensors alike';
  return `${experts}${tensors}, ${low === high ? low : `${low} to ${high}`}`;
}
