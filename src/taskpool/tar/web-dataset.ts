/**
 * WebDataset's convention: files of a tar archive that share a name up to its first dot are one sample, and what follows is
 * the field, as `0007.png` and `0007.cls`.
 *
 * Source: datasets 5.2.0, `packaged_modules/webdataset/webdataset.py`.
 */
import type { ByteSource } from '../../checkpoint/byte-source';
import { FormatError } from '../../errors';
import { isPictureName } from '../sources/picture-names';
import { labelOf } from './web-label';

/** @typeParam S - what the archive is */
export interface WebSample<S extends ByteSource = ByteSource> {
  readonly key: string;
  readonly fields: ReadonlyMap<string, S | Blob>;
}

interface Entry<S extends ByteSource> {
  readonly name: string;
  readonly blob: S | Blob;
}

/** A labelled picture of an archive. */
export interface WebPicture<S extends ByteSource = ByteSource> {
  /** Its path in the archive. */
  readonly name: string;
  /** Class index or class name. */
  readonly label: number | string;
  readonly blob: S | Blob;
}

/** Samples from which `datasets` learns the fields; all of them must have the same. */
const FIRST_SAMPLES = 5;

/** Labels that are read at once. */
const AT_ONCE = 32;

/** Fields that say the class, by preference. */
const LABEL_FIELDS = ['cls', 'json', 'txt'];

const NAME = /^((?:.*\/|)[^.]+)[.]([^/]*)$/s;

/** Samples in the archive's order. What lies apart is a sample of its own, and hidden files are none. @throws FormatError for a field that comes twice */
export function samplesOf<S extends ByteSource>(
  archive: string,
  files: readonly Entry<S>[],
): WebSample<S>[] {
  const samples: { key: string; fields: Map<string, S | Blob> }[] = [];
  for (const { name, blob } of files) {
    const base = name.slice(name.lastIndexOf('/') + 1);
    const [, key, field] = NAME.exec(name) ?? [];
    if (/^(?:\.|__)/.test(base) || key === undefined || field === undefined) continue;
    let sample = samples.at(-1);
    if (sample?.key !== key) {
      sample = { key, fields: new Map() };
      samples.push(sample);
    }
    if (sample.fields.has(field)) throw new FormatError(archive, `${name} is there twice.`);
    sample.fields.set(field, blob);
  }
  return samples;
}

/** Whether the first files are a WebDataset's, and not a folder's that somebody packed. @throws FormatError as `samplesOf` */
export function isWebDataset(archive: string, files: readonly Entry<ByteSource>[]): boolean {
  const [first] = samplesOf(archive, files);
  const fields = [...(first?.fields.keys() ?? [])];
  return fieldOf(fields, isPictureField) !== undefined && labelField(fields) !== undefined;
}

/**
 * The labelled pictures of a WebDataset.
 * @returns them in the archive's order, and how many samples have no picture or no label
 * @throws FormatError where the samples are not alike, or have no pictures or labels
 */
export async function webPictures<S extends ByteSource>(
  archive: string,
  files: readonly Entry<S>[],
): Promise<{ pictures: WebPicture<S>[]; without: number }> {
  const samples = samplesOf(archive, files);
  const fields = [...(samples[0]?.fields.keys() ?? [])];
  for (const { key, fields: own } of samples.slice(0, FIRST_SAMPLES)) {
    if (own.size !== fields.length || !fields.every((field) => own.has(field))) {
      throw new FormatError(
        archive,
        `Its first samples do not have the same fields: ${samples[0]?.key} has ${fields.join(', ')}, ${key} has ${[...own.keys()].join(', ')}.`,
      );
    }
  }
  const picture = fieldOf(fields, isPictureField);
  const label = labelField(fields);
  if (picture === undefined || label === undefined) {
    throw new FormatError(
      archive,
      `Its samples have no ${picture === undefined ? 'picture' : 'label'}: a picture such as 0001.png and its class in 0001.cls are expected${fields.length > 0 ? `, but there are ${fields.join(', ')}` : ''}.`,
    );
  }
  const pictures: WebPicture<S>[] = [];
  for (let at = 0; at < samples.length; at += AT_ONCE) {
    const batch = samples.slice(at, at + AT_ONCE).map(async ({ key, fields: own }) => {
      const [blob, text] = [own.get(picture), own.get(label)];
      const read = text && (await labelOf(`${archive}/${key}.${label}`, label, text));
      return blob && read !== undefined ? [{ name: `${key}.${picture}`, label: read, blob }] : [];
    });
    pictures.push(...(await Promise.all(batch)).flat());
  }
  return { pictures, without: samples.length - pictures.length };
}

function extensionOf(field: string): string {
  return field.slice(field.lastIndexOf('.') + 1).toLowerCase();
}

function isPictureField(field: string): boolean {
  return isPictureName(`x.${extensionOf(field)}`);
}

function labelField(fields: readonly string[]): string | undefined {
  const ofKind = (kind: string) => fieldOf(fields, (field) => extensionOf(field) === kind);
  return LABEL_FIELDS.map(ofKind).find((field) => field !== undefined);
}

function fieldOf(fields: readonly string[], is: (field: string) => boolean): string | undefined {
  return fields.find(is);
}
