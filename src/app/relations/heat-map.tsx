import { type KeyboardEvent, type ReactNode, useRef, useState } from 'react';
import { heat } from './heat';
import './heat-map.css';

export interface HeatHead {
  readonly key: string;
  /** The whole of it, for people who hear it. */
  readonly name: string;
  /** How it is shown; by its name without. */
  readonly shown?: ReactNode;
}

export interface HeatCell {
  readonly text: string;
  /** The value with its unit, to be read out and copied. */
  readonly value: string;
  /** How strong the colour is, -1..1. */
  readonly strength: number;
}

interface HeatMapProps {
  readonly label: string;
  readonly rows: readonly HeatHead[];
  readonly columns: readonly HeatHead[];
  /** What the rows are, above their names. */
  readonly corner: string;
  readonly cell: (row: number, column: number) => HeatCell;
  /** The focus has come to this row. */
  readonly onRow?: (row: number) => void;
}

interface Place {
  readonly row: number;
  readonly column: number;
}

/**
 * A table of coloured values. It is one stop of the tab key; the arrow keys, Home and End pass from cell to cell, each of which is
 * read out with its value, and the keys that copy take the value of the cell.
 */
export function HeatMap({ label, rows, columns, corner, cell, onRow }: HeatMapProps) {
  const table = useRef<HTMLTableElement>(null);
  const [active, setActive] = useState<Place>({ row: 0, column: 0 });
  const [copied, setCopied] = useState('');
  const at = {
    row: Math.min(active.row, rows.length - 1),
    column: Math.min(active.column, columns.length - 1),
  };
  const nameOf = ({ row, column }: Place) =>
    `${rows[row]?.name ?? ''}, ${columns[column]?.name ?? ''}: ${cell(row, column).value}`;

  const onKeyDown = (event: KeyboardEvent) => {
    if (event.altKey) return;
    const isCommand = event.ctrlKey || event.metaKey;
    if (isCommand && event.key.toLowerCase() === 'c') {
      // What is selected by hand is the browser's to copy.
      if (getSelection()?.isCollapsed === false) return;
      event.preventDefault();
      const { value } = cell(at.row, at.column);
      navigator.clipboard.writeText(value).then(
        () => setCopied(`Copied ${value}`),
        () => setCopied('The browser refused to copy'),
      );
      return;
    }
    const next = step(at, event.key, isCommand, rows.length - 1, columns.length - 1);
    if (!next) return;
    event.preventDefault();
    table.current?.querySelector<HTMLElement>(`[data-place="${next.row} ${next.column}"]`)?.focus();
  };
  const reach = (place: Place) => {
    setActive(place);
    setCopied('');
    onRow?.(place.row);
  };
  if (rows.length === 0 || columns.length === 0) return null;
  return (
    <>
      <div className="heat-frame">
        <table
          ref={table}
          className="heat-map"
          // biome-ignore lint/a11y/noNoninteractiveElementToInteractiveRole: its cells are reached by the arrow keys.
          role="grid"
          aria-label={label}
          aria-readonly="true"
          onKeyDown={onKeyDown}
        >
          <thead>
            <tr>
              <th scope="col">{corner}</th>
              {columns.map(({ key, name, shown = name }) => (
                <th key={key} scope="col">
                  <span>{shown}</span>
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map(({ key, name, shown = name }, row) => (
              <tr key={key}>
                <th scope="row">{shown}</th>
                {columns.map((head, column) => {
                  const { text, strength } = cell(row, column);
                  const isActive = row === at.row && column === at.column;
                  return (
                    <td
                      key={head.key}
                      tabIndex={isActive ? 0 : -1}
                      aria-label={nameOf({ row, column })}
                      data-place={`${row} ${column}`}
                      style={heat(strength)}
                      onFocus={() => reach({ row, column })}
                    >
                      {text}
                    </td>
                  );
                })}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <p className="heat-readout">{nameOf(at)}</p>
      <p className="visually-hidden" role="status">
        {copied}
      </p>
    </>
  );
}

/** Where a key leads to; null where it leads nowhere. */
function step(
  { row, column }: Place,
  key: string,
  isCommand: boolean,
  lastRow: number,
  lastColumn: number,
): Place | null {
  switch (key) {
    case 'ArrowRight':
      return { row, column: Math.min(column + 1, lastColumn) };
    case 'ArrowLeft':
      return { row, column: Math.max(column - 1, 0) };
    case 'ArrowDown':
      return { row: Math.min(row + 1, lastRow), column };
    case 'ArrowUp':
      return { row: Math.max(row - 1, 0), column };
    case 'Home':
      return { row: isCommand ? 0 : row, column: 0 };
    case 'End':
      return { row: isCommand ? lastRow : row, column: lastColumn };
    default:
      return null;
  }
}
