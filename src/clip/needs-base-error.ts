import { FormatError } from '../errors';

/**
 * This file is sound, and what it says of a model is not enough without another one: an adapter whose base is not there
 * or is another than it was trained on, or weights without a configuration. It opens as soon as the right base is there.
 */
export class NeedsBaseError extends FormatError {}
