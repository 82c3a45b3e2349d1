import { describe, expect, it } from 'vitest';
import { FormatError, StorageError } from '../errors';
import { noticeAsText, noticeOfError, noticeOfFinding, withNotice } from './notices';

describe('noticeOfError', () => {
  it('says the kind of a named error and its own words', () => {
    expect(noticeOfError(new FormatError('a.safetensors', 'The header is cut short.'))).toEqual({
      severity: 'error',
      title: 'This file cannot be used',
      message: 'a.safetensors: The header is cut short.',
      details: [],
    });
  });

  it('knows a named error by its name alone, as it comes out of a worker', () => {
    const copied = Object.assign(new Error('Too little space.'), {
      name: new StorageError('').name,
    });
    expect(noticeOfError(copied)?.title).toBe('The library could not do this');
  });

  it('tells what to do about an error nobody planned for', () => {
    expect(noticeOfError(new TypeError('x is undefined.'))?.message).toMatchInlineSnapshot(
      `"x is undefined. The rest keeps working; a reload of the page starts it anew."`,
    );
  });

  it('says nothing of what the user stopped', () => {
    expect(noticeOfError(new DOMException('stopped', 'AbortError'))).toBeNull();
  });
});

describe('notices', () => {
  const finding = {
    severity: 'error',
    subject: 'a.zip',
    message: 'No pictures in it.',
    details: ['notes.txt'],
  } as const;

  it('name what a finding is about', () => {
    expect(noticeOfFinding(finding).title).toBe('Not added: a.zip');
  });

  it('can be copied whole', () => {
    expect(noticeAsText(noticeOfFinding(finding))).toBe(
      'Not added: a.zip\nNo pictures in it.\nnotes.txt',
    );
  });

  it('are not repeated: the newer takes the place of the older', () => {
    const notice = noticeOfFinding(finding);
    const other = { ...notice, id: 2, message: 'Something else.' };
    const notices = withNotice([{ ...notice, id: 1 }, other], { ...notice, id: 3 });
    expect(notices.map(({ id }) => id)).toEqual([2, 3]);
  });
});
