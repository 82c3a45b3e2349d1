/** All methods, in the order in which the page and the documentation list them. */
import { taskArithmetic } from './task-arithmetic';
import type { Method } from './types';

export const METHODS: readonly Method[] = [taskArithmetic];

/** The method of FusionBench's class name (also with its module before it); undefined where there is none. */
export function findMethod(name: string): Method | undefined {
  const className = name.slice(name.lastIndexOf('.') + 1);
  return METHODS.find((method) => method.name === className);
}
