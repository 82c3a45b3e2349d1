/** The WGSL kernels by name, each compiled when it is first used. */
import accumulate from '../../../shaders/accumulate.wgsl?raw';
import addScaled from '../../../shaders/add-scaled.wgsl?raw';
import applySign from '../../../shaders/apply-sign.wgsl?raw';
import countMagnitudes from '../../../shaders/count-magnitudes.wgsl?raw';
import countSigns from '../../../shaders/count-signs.wgsl?raw';
import divide from '../../../shaders/divide.wgsl?raw';
import divideEach from '../../../shaders/divide-each.wgsl?raw';
import dropRandomly from '../../../shaders/drop-randomly.wgsl?raw';
import exactDivision from '../../../shaders/exact-division.wgsl?raw';
import mergeAgreeing from '../../../shaders/merge-agreeing.wgsl?raw';
import scaleAndAdd from '../../../shaders/scale-and-add.wgsl?raw';
import takeLarger from '../../../shaders/take-larger.wgsl?raw';
import trim from '../../../shaders/trim.wgsl?raw';
import { createKernel, type Kernel } from './kernel';

const CODE = {
  accumulate,
  addScaled,
  applySign,
  countMagnitudes,
  countSigns,
  divide: exactDivision + divide,
  divideEach: exactDivision + divideEach,
  dropRandomly,
  mergeAgreeing,
  scaleAndAdd,
  takeLarger,
  trim,
} as const;

export type KernelName = keyof typeof CODE;

export function createKernels(device: GPUDevice): (name: KernelName) => Kernel {
  const compiled = new Map<KernelName, Kernel>();
  return (name) => {
    const known = compiled.get(name);
    if (known) return known;
    const code = CODE[name];
    const kernel = createKernel(device, name, code, code.includes('var<uniform>'));
    compiled.set(name, kernel);
    return kernel;
  };
}
