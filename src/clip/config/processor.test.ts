import { expect, it } from 'vitest';
import { defaultProcessor, readProcessor } from './processor';

const read = (values: Record<string, unknown>, imageSize = 224) =>
  readProcessor({ file: 'preprocessor_config.json', path: '', values }, imageSize);
const errorOf = (values: Record<string, unknown>) => {
  try {
    return JSON.stringify(read(values));
  } catch (error) {
    return String(error);
  }
};

it("takes CLIPImageProcessor's defaults for what is absent", () => {
  expect(read({})).toEqual(defaultProcessor(224));
});

it.each([
  ['plain integers', { size: 336, crop_size: 336 }],
  ['objects', { size: { shortest_edge: 336 }, crop_size: { height: 336, width: 336 } }],
  ['a list', { size: 336, crop_size: [336, 336] }],
])('reads sizes given as %s', (_, sizes) => {
  expect(read(sizes, 336)).toEqual(defaultProcessor(336));
});

it('reads a resize to both sides, without a crop', () => {
  const both = { height: 224, width: 224 };
  const values = { size: both, do_center_crop: false, resample: 2, do_rescale: false };
  expect(read({ ...values, do_normalize: false })).toEqual({
    resize: both,
    crop: null,
    resample: 'bilinear',
    rescaleFactor: null,
    mean: null,
    std: null,
  });
});

it('leaves out what is switched off', () => {
  expect(read({ do_resize: false }).resize).toBeNull();
});

it('gives one number to all channels', () => {
  expect(read({ image_mean: 0.5, image_std: [0.2, 0.3, 0.4] })).toMatchObject({
    mean: [0.5, 0.5, 0.5],
    std: [0.2, 0.3, 0.4],
  });
});

it('refuses values that cannot be used', () => {
  const wrong = [
    { crop_size: 336 },
    { size: { longest_edge: 224 } },
    { size: '224' },
    { size: { shortest_edge: -1 } },
    { crop_size: { height: 224 } },
    { resample: 9 },
    { image_mean: [0.5, 0.5] },
    { do_resize: 'yes' },
  ];
  expect(wrong.map(errorOf)).toMatchInlineSnapshot(`
    [
      "FormatError: preprocessor_config.json: it prepares pictures of 336 x 336 pixels, but the vision tower takes 224 x 224. Use the file that belongs to these weights.",
      "FormatError: preprocessor_config.json: size is {"longest_edge":224}, but a number, { shortest_edge }, { shortest_edge, longest_edge } or { height, width } is needed. Correct the file.",
      "FormatError: preprocessor_config.json: size is "224", but a number, { shortest_edge }, { shortest_edge, longest_edge } or { height, width } is needed. Correct the file.",
      "FormatError: preprocessor_config.json: size.shortest_edge is -1, but a positive whole number is needed. Correct the file.",
      "FormatError: preprocessor_config.json: crop_size is {"height":224}, but a number or { height, width } is needed. Correct the file.",
      "FormatError: preprocessor_config.json: resample is 9, but a filter of Pillow (0 to 5) is needed. Correct the file.",
      "FormatError: preprocessor_config.json: image_mean is [0.5,0.5], but one number per colour channel is needed. Correct the file.",
      "FormatError: preprocessor_config.json: do_resize is "yes", but true or false is needed. Correct the file.",
    ]
  `);
});
