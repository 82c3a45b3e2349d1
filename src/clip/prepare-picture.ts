/** A picture's file as what a model sees of it: decoded, resized and cropped. */
import type { NamedBlob } from '../checkpoint/types';
import { decodeImage } from './images/decode';
import { preprocess } from './images/preprocess';
import type { ProcessorConfig, RgbImage } from './types';

/** @throws as `decodeImage` */
export type PreparePicture = (file: NamedBlob, processor: ProcessorConfig) => Promise<RgbImage>;

export const preparePicture: PreparePicture = async (file, processor) =>
  preprocess(await decodeImage(file, processor), processor, file.name);
