import { FormatError } from '../../errors';

/**
 * This adapter is sound and changes a model that is not there: there is no base, or the base is not the model it was
 * trained on. It opens as soon as the right base is there.
 */
export class NeedsBaseError extends FormatError {}
