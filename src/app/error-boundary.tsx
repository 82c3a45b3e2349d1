import { Component, type ReactNode } from 'react';
import { FatalMessage } from './fatal-message';

/** Shows what broke instead of an empty page. A class because React offers this to classes only. */
export class ErrorBoundary extends Component<{ children: ReactNode }, { broken: string | null }> {
  override state = { broken: null };

  static getDerivedStateFromError(error: unknown): { broken: string } {
    const message = error instanceof Error ? error.message : String(error);
    return { broken: `The page itself met an error: ${message}. The library is not affected.` };
  }

  override render(): ReactNode {
    const { broken } = this.state;
    return broken === null ? this.props.children : <FatalMessage message={broken} />;
  }
}
