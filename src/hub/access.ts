/** Which Hub is asked, and as whom. */

export interface HubAccess {
  /** The Hub's address or a mirror's, without a slash at its end. */
  readonly endpoint: string;
  readonly token: Token | undefined;
  /** Nothing may be asked of the network. */
  readonly isOffline: boolean;
}

export interface Token {
  readonly value: string;
  /** Where it stands, for messages; the token itself is never shown. */
  readonly from: string;
}

/** What no header can carry would fail later, and far from here. */
export function isToken(text: string): boolean {
  return /^[\x21-\x7e]+$/.test(text);
}
