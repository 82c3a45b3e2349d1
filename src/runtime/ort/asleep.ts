/**
 * For sessions' `extra`: threads that have nothing to do sleep, where ONNX Runtime lets them wait in a loop. That takes up to half of the
 * processor's time from those that prepare pictures and draw the page, and from what computes itself where cores are few.
 */
export const WAITING_ASLEEP = { session: { intra_op: { allow_spinning: '0' } } };
