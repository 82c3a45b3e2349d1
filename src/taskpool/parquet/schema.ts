/** The columns of a Parquet file that hold values: the leaves of its schema, a tree that is stored in depth-first order. */
import type { ParquetType } from 'hyparquet';
import { ParquetDamage } from './damage';

export interface SchemaElement {
  readonly name: string;
  readonly children: number;
  /** Physical type; a structure has none. */
  readonly type: number | undefined;
  /** Bytes of each value, where all have the same. */
  readonly typeLength: number | undefined;
  readonly repetition: number | undefined;
  readonly convertedType: number | undefined;
  /** The field of the union `LogicalType`. */
  readonly logicalType: number | undefined;
}

export interface Column {
  readonly path: readonly string[];
  readonly type: ParquetType;
  readonly typeLength: number | undefined;
  /** The level of a value that is there: how many parts of the path may be missing. */
  readonly definitionLevel: number;
  /** Whether a row may have several values. */
  readonly isRepeated: boolean;
  /** What the values mean: text, numbers and bytes as they are, or something else, such as dates. */
  readonly meaning: 'text' | 'plain' | 'other';
}

/** A picture is a structure of bytes and a path. */
const MAX_DEPTH = 20;

const TYPES: readonly ParquetType[] = [
  'BOOLEAN',
  'INT32',
  'INT64',
  'INT96',
  'FLOAT',
  'DOUBLE',
  'BYTE_ARRAY',
  'FIXED_LEN_BYTE_ARRAY',
];
const OPTIONAL = 1;
const REPEATED = 2;

// UTF8 and ENUM, UINT_8 to INT_64; STRING and ENUM, INTEGER and UNKNOWN.
const CONVERTED_TEXTS = [0, 4];
const CONVERTED_NUMBERS = [11, 12, 13, 14, 15, 16, 17, 18];
const LOGICAL_TEXTS = [1, 4];
const LOGICAL_NUMBERS = [10, 11];

function meaningOf({ convertedType: converted, logicalType: logical }: SchemaElement) {
  const isIn = (value: number | undefined, values: readonly number[]) =>
    value !== undefined && values.includes(value);
  if (isIn(converted, CONVERTED_TEXTS) || isIn(logical, LOGICAL_TEXTS)) return 'text';
  const isPlain =
    (converted === undefined || isIn(converted, CONVERTED_NUMBERS)) &&
    (logical === undefined || isIn(logical, LOGICAL_NUMBERS));
  return isPlain ? 'plain' : 'other';
}

interface Open {
  readonly path: readonly string[];
  readonly definitionLevel: number;
  readonly isRepeated: boolean;
  left: number;
}

/** @throws ParquetDamage where the elements are no tree */
export function columnsOf([root, ...elements]: readonly SchemaElement[]): Column[] {
  const columns: Column[] = [];
  const open: Open[] = [
    { path: [], definitionLevel: 0, isRepeated: false, left: root?.children ?? 0 },
  ];
  for (const element of elements) {
    const { name, children, repetition, typeLength } = element;
    while (open.at(-1)?.left === 0) open.pop();
    const parent = open.at(-1);
    if (!parent) throw new ParquetDamage('its schema is no tree');
    parent.left--;
    const path = [...parent.path, name];
    if (path.length > MAX_DEPTH) throw new ParquetDamage(`its columns are over ${MAX_DEPTH} deep`);
    const canBeMissing = repetition === OPTIONAL || repetition === REPEATED;
    const place = {
      path,
      definitionLevel: parent.definitionLevel + (canBeMissing ? 1 : 0),
      isRepeated: parent.isRepeated || repetition === REPEATED,
    };
    if (children > 0) {
      open.push({ ...place, left: children });
      continue;
    }
    const type = TYPES[element.type ?? -1];
    if (!type) throw new ParquetDamage(`column ${path.join('.')} is of type ${element.type}`);
    columns.push({ ...place, type, typeLength, meaning: meaningOf(element) });
  }
  return columns;
}
