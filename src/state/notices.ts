/** What the page has to say about a command that did not do, or not only do, what was asked. */
import type { Finding, Remark, Severity } from './types';

export interface Notice {
  readonly id: number;
  readonly severity: Severity;
  /** A few words: what kind of thing it is. */
  readonly title: string;
  /** What happened, to which file or tensor, and what to do. */
  readonly message: string;
  readonly details: readonly string[];
  /** What the page can offer to do about it. */
  readonly remedy?: Remedy;
  /** Nothing went wrong, and nobody is to be interrupted. */
  readonly quiet?: boolean;
}

/** Restart the engine; load the page anew; load its newer version; allow the system to tell of what ends. */
export type Remedy = 'restart' | 'reload' | 'update' | 'notifications';

export type NoticeText = Omit<Notice, 'id'>;

/** Titles by the name of the error, which survives the way across the worker boundary. */
const TITLES: Readonly<Record<string, string>> = {
  FormatError: 'This file cannot be used',
  CompatibilityError: 'These models do not fit together',
  ConfigError: 'This setting is not valid',
  StorageError: 'The library could not do this',
  DeviceError: 'The compute engine has a problem',
};

/** Is it one that the program foresaw, with words of its own? What the user stopped is, too. */
export function isExpected(error: unknown): boolean {
  return error instanceof Error && (error.name === 'AbortError' || error.name in TITLES);
}

/** A rejected command as a notice; null if the user stopped it. */
export function noticeOfError(error: unknown): NoticeText | null {
  const name = error instanceof Error ? error.name : '';
  if (name === 'AbortError') return null;
  const message = error instanceof Error ? error.message : String(error);
  const known = TITLES[name];
  return {
    severity: 'error',
    title: known ?? 'Something unexpected happened',
    message: known
      ? message
      : `${message} The rest keeps working; a reload of the page starts it anew.`,
    details: [],
  };
}

const FINDING_TITLES: Readonly<Record<Severity, string>> = {
  error: 'Not added',
  warning: 'Please check',
  info: 'Note',
};

/** WebKit's storage is so once a page was left in the middle of a write; nothing on the page can mend that. */
export const SILENT_LIBRARY: NoticeText = {
  severity: 'warning',
  title: 'The browser’s storage does not answer',
  message:
    'The library could not be opened yet. If this goes on, close the other tabs of this page, or quit the browser and open it again: what is in the library stays there.',
  details: [],
};

/** A finding about something that was being added. */
export function noticeOfFinding(finding: Finding): NoticeText {
  const { severity, subject, message, details } = finding;
  const title = FINDING_TITLES[severity];
  return { severity, title: subject ? `${title}: ${subject}` : title, message, details };
}

const REMARK_TITLES: Readonly<Record<Severity, string>> = {
  error: 'Something went wrong',
  warning: 'Something changed',
  info: 'Note',
};

/** Something that happened without a command. */
export function noticeOfRemark({ severity, message, details }: Remark): NoticeText {
  return { severity, title: REMARK_TITLES[severity], message, details };
}

/** A notice as plain text, for the clipboard. */
export function noticeAsText(notice: NoticeText): string {
  return [notice.title, notice.message, ...notice.details].join('\n');
}

/** Adds a notice; the same words again take the place of the older one. */
export function withNotice(notices: readonly Notice[], added: Notice): Notice[] {
  const others = notices.filter(
    ({ title, message }) => title !== added.title || message !== added.message,
  );
  return [...others, added];
}
