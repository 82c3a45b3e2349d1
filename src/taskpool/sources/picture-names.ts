/** Which files are pictures, told from their names as `datasets` tells them. */
import { baseName } from './split-files';

/** What Pillow opens, by name. Some of it cannot be read here, which shows when it is scored. */
const EXTENSIONS = new Set(
  (
    'blp bmp dib bufr cur pcx dcx dds ps eps fit fits fli flc ftc ftu gbr gif grib png apng jp2 j2k jpc jpf jpx j2c icns ico im ' +
    'iim tif tiff jfif jpe jpg jpeg mpg mpeg msp pcd pxr pbm pgm ppm pnm psd bw rgb rgba sgi ras tga icb vda vst webp wmf emf xbm xpm'
  ).split(' '),
);

export function isPictureName(path: string): boolean {
  const name = baseName(path);
  return name.includes('.') && EXTENSIONS.has(name.slice(name.lastIndexOf('.') + 1).toLowerCase());
}
