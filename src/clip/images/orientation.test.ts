import { describe, expect, it } from 'vitest';
import { orientationOf, upright } from './orientation';

/** An EXIF record with one entry in its first directory. */
function exif(tag: number, type: number, value: number, little: boolean): Uint8Array {
  const record = new Uint8Array(26);
  const view = new DataView(record.buffer);
  record.set(little ? [0x49, 0x49] : [0x4d, 0x4d]);
  view.setUint16(2, 42, little);
  view.setUint32(4, 8, little);
  view.setUint16(8, 1, little);
  view.setUint16(10, tag, little);
  view.setUint16(12, type, little);
  view.setUint32(14, 1, little);
  if (type === 3) view.setUint16(18, value, little);
  else view.setUint32(18, value, little);
  return record;
}

function xmp(text: string): Uint8Array {
  return new TextEncoder().encode(`<x:xmpmeta>${text}</x:xmpmeta>`);
}

describe('the orientation of a picture', () => {
  it.each([true, false])('is read from EXIF, little-endian: %s', (little) => {
    expect(orientationOf({ exif: exif(0x0112, 3, 6, little) })).toBe(6);
    expect(orientationOf({ exif: exif(0x0112, 4, 8, little) })).toBe(8);
  });

  it('is read with the mark that JPEG puts before it, once or twice', () => {
    const mark = [...new TextEncoder().encode('Exif\0\0')];
    const record = [...exif(0x0112, 3, 3, true)];
    expect(orientationOf({ exif: Uint8Array.from([...mark, ...record]) })).toBe(3);
    expect(orientationOf({ exif: Uint8Array.from([...mark, ...mark, ...record]) })).toBe(3);
  });

  it('is read from XMP where EXIF has none, and EXIF wins', () => {
    expect(orientationOf({ xmp: xmp('<a tiff:Orientation="6"/>') })).toBe(6);
    expect(orientationOf({ xmp: xmp('<tiff:Orientation>8</tiff:Orientation>') })).toBe(8);
    const both = { exif: exif(0x0112, 3, 2, true), xmp: xmp('<a tiff:Orientation="6"/>') };
    expect(orientationOf(both)).toBe(2);
    expect(orientationOf({ ...both, exif: exif(0x010f, 3, 2, true) })).toBe(6);
  });

  it.each([
    ['nothing', new Uint8Array(0)],
    ['another tag', exif(0x010f, 3, 6, true)],
    ['a value that does not exist', exif(0x0112, 3, 9, true)],
    ['an unknown type', exif(0x0112, 7, 6, true)],
    ['no byte order', new Uint8Array(26)],
    ['a directory beyond the end', exif(0x0112, 3, 6, true).fill(0xff, 4, 8)],
    ['an entry that is cut off', exif(0x0112, 3, 6, true).subarray(0, 16)],
  ])('is upright with %s', (_, record) => {
    expect(orientationOf({ exif: record })).toBe(1);
  });
});

it('leaves an upright picture as it is', () => {
  const image = { width: 1, height: 2, data: new Uint8Array(6) };
  expect(upright(image, 1)).toBe(image);
});
