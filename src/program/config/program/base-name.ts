/** The name of the base among a pool's models. */
export const PRETRAINED = '_pretrained_';
