/** Where the references of a configuration lead, and how it is said which of them leads nowhere. */
import { ConfigError } from '../../errors';

export interface Surroundings {
  /** Relative paths begin here. */
  readonly cwd: string;
  /** Environment variables: they say where the Hugging Face cache is. */
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** Puts the place of the configuration that asked for it before what is wrong. */
export async function at<T>(path: string, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (cause) {
    if (!(cause instanceof ConfigError)) throw cause;
    throw new ConfigError(`${path}: ${cause.message}`, { cause });
  }
}
