/** What a pin looks like where it is kept. */
import * as v from 'valibot';
import { optionValues } from '../../program/recipe';
import type { Pin } from './types';

const finite = v.pipe(v.number(), v.finite());
const text = v.pipe(v.string(), v.nonEmpty());
const model = v.object({
  id: v.nullable(v.string()),
  name: text,
  weight: finite,
  sha256: v.nullable(v.string()),
  part: v.nullable(v.string()),
});

export const pinsSchema: v.GenericSchema<unknown, readonly Pin[]> = v.array(
  v.object({
    id: text,
    name: text,
    method: v.object({ name: v.string(), options: optionValues }),
    scalingFactor: v.nullable(finite),
    layers: v.exactOptional(v.record(v.string(), finite)),
    pretrained: model,
    experts: v.pipe(v.array(model), v.minLength(1)),
  }),
);
