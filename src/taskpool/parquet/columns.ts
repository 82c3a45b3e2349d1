/** Which columns of a Parquet file are pictures and labels, and what the classes are called. */
import * as v from 'valibot';
import { FormatError } from '../../errors';
import type { Metadata } from './metadata';

export interface Columns {
  readonly picture: string;
  readonly label: string;
  readonly classnames: readonly string[] | undefined;
}

/** `datasets`' description of the columns, in the schema's metadata under the key `huggingface`. */
const Features = v.record(
  v.string(),
  v.object({ _type: v.optional(v.string()), names: v.optional(v.array(v.string())) }),
);
const HuggingFace = v.object({ info: v.object({ features: Features }) });

/** Names that pictures and labels have in the data sets that CLIPs are measured on. */
const PICTURE_COLUMNS = ['image', 'img', 'picture', 'photo', 'jpg', 'png', 'webp'];
const LABEL_COLUMNS = ['label', 'labels', 'class', 'cls', 'target', 'fine_label', 'classname'];

function features({ keyValues }: Metadata): v.InferOutput<typeof Features> {
  const value = keyValues.get('huggingface');
  if (value === undefined) return {};
  try {
    return v.parse(HuggingFace, JSON.parse(value)).info.features;
  } catch {
    // A newer description: the columns' own names are left to go by.
    return {};
  }
}

/** @throws FormatError where there is no column of pictures or of labels */
export function findColumns(metadata: Metadata, file: string): Columns {
  const described = features(metadata);
  const { names } = metadata;
  const pick = (type: string, usual: readonly string[]) => {
    const ofType = names.filter((name) => described[name]?._type === type);
    const candidates = ofType.length > 0 ? ofType : names;
    const named = usual.find((name) => candidates.includes(name));
    return named ?? ofType[0];
  };
  const picture = pick('Image', PICTURE_COLUMNS);
  const label = pick('ClassLabel', LABEL_COLUMNS);
  if (picture === undefined || label === undefined) {
    throw new FormatError(
      file,
      `No column of ${picture === undefined ? 'pictures' : 'labels'} was found among ${names.join(', ')}. Name them "image" and "label".`,
    );
  }
  return { picture, label, classnames: described[label]?.names };
}
