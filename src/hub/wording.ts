/** What to do about a refusal is said in the words of the place where it is read. */
export interface Wording {
  /** What makes a download go on. */
  readonly again: string;
  /** Who asks without a token may do this. */
  readonly logIn: string;
  /** The same where it only helps. */
  readonly mayLogIn: string;
  /** The token is none any more. */
  readonly logInAgain: string;
  /** What else can be tried where the Hub does not answer, behind "Check the connection". */
  readonly otherwise: string;
}

export const COMMAND_WORDING: Wording = {
  again: 'run the command again',
  logIn: 'log in (hf auth login) or set HF_TOKEN',
  mayLogIn: 'log in (hf auth login)',
  logInAgain: 'Log in again (hf auth login)',
  otherwise: ', or name a mirror in HF_ENDPOINT',
};

export const PAGE_WORDING: Wording = {
  again: 'try again',
  logIn: 'type a token of an account that may read it',
  mayLogIn: 'type one',
  logInAgain: 'Copy it again from the settings of your account',
  otherwise: '',
};

/** At the beginning of a sentence. */
export function capital(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}
