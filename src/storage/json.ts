import type { Json } from './types';

/** By hand and not by a schema: facts hold thousands of labels. */
export function isJson(value: unknown): value is Json {
  if (value === null) return true;
  switch (typeof value) {
    case 'boolean':
    case 'number':
    case 'string':
      return true;
    case 'object':
      if (Array.isArray(value)) return value.every(isJson);
      return (
        isPlain(value) && Object.values(value).every((one) => one === undefined || isJson(one))
      );
    default:
      return false;
  }
}

/** Neither a Date, nor a Map, nor bytes: the storage gives such back as they went in. */
function isPlain(value: object): boolean {
  return Object.prototype.toString.call(value) === '[object Object]';
}
