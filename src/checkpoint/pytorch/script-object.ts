/**
 * An object of a TorchScript archive: an instance of a class whose code lies in the archive too. Here a class is nothing but a
 * holder of attributes: weights are plain tensors among them.
 */
export class ScriptObject {
  attributes: ReadonlyMap<unknown, unknown> = new Map();
}
