/** Why the file system refused something, for people. */

const REASONS: Readonly<Record<string, string>> = {
  EACCES: 'this user is not allowed to',
  EPERM: 'this user is not allowed to',
  EROFS: 'the disk is read-only',
  ENOSPC: 'the disk is full',
  EDQUOT: 'the disk quota of this user is used up',
  EFBIG: 'the file is larger than this disk can hold',
  ENOENT: 'no files can be made there',
  ENOTDIR: 'there is a file where a folder is meant',
  EEXIST: 'there is a file where a folder is meant',
  EISDIR: 'there is a folder where a file is meant',
  ENAMETOOLONG: 'the name is too long',
  EINVAL: 'the name is not possible there',
  EIO: 'the disk failed',
};

/** @returns undefined for an error that is not the file system's */
export function systemReason(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error) || typeof error.code !== 'string') {
    return undefined;
  }
  const known = Object.hasOwn(REASONS, error.code) ? REASONS[error.code] : undefined;
  return known ?? error.message;
}
