/**
 * The named errors of the program. A message says what happened, to which file or tensor, and what to do next;
 * `name` survives the way across the worker boundary, so the page can tell them apart.
 */

import { squeeze } from './shorten';

/** An error whose message people read: whatever a foreign file puts into it, it stays one. */
class MessageError extends Error {
  constructor(message?: string, options?: ErrorOptions) {
    super(message === undefined ? message : squeeze(message), options);
  }
}

/** This file is bad: which one, where in it, and why. */
export class FormatError extends MessageError {
  override readonly name = 'FormatError';

  constructor(
    /** File name as the user knows it. */
    readonly file: string,
    /** What is wrong and where, a full sentence. */
    readonly reason: string,
    options?: ErrorOptions,
  ) {
    super(`${file}: ${reason}`, options);
  }
}

/** These models do not fit together; every offending tensor is listed by the model's name. */
export class CompatibilityError extends MessageError {
  override readonly name = 'CompatibilityError';
}

/** This configuration or override is wrong: its path, its value, what is allowed, the nearest right name. */
export class ConfigError extends MessageError {
  override readonly name = 'ConfigError';
}

/** The storage of the browser, or the disk, refused or lost something: what was needed, what is available, what to do. */
export class StorageError extends MessageError {
  override readonly name = 'StorageError';
}

/** The GPU, or the engine that computes on it, failed or cannot do this. */
export class DeviceError extends MessageError {
  override readonly name = 'DeviceError';
}

/** The network or the Hub failed or refused: which file or host, what is kept, whether running again goes on. */
export class DownloadError extends MessageError {
  override readonly name = 'DownloadError';
}
