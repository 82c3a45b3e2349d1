import { Component, type ReactNode } from 'react';
import { FatalMessage } from './fatal-message';

interface Props {
  readonly children: ReactNode;
  /** What a person can hand on about an error. */
  readonly report: (error: unknown) => Promise<readonly string[]>;
}

interface Broken {
  readonly message: string | null;
  readonly report: readonly string[];
}

/** Shows what broke instead of an empty page. A class because React offers this to classes only. */
export class ErrorBoundary extends Component<Props, Broken> {
  override state: Broken = { message: null, report: [] };

  static getDerivedStateFromError(error: unknown): Partial<Broken> {
    const message = error instanceof Error ? error.message : String(error);
    return {
      message: `The page itself met an error: ${message}. The library is not affected; a reload of the page starts it anew.`,
    };
  }

  override componentDidCatch(error: unknown): void {
    void this.props.report(error).then((report) => this.setState({ report }));
  }

  override render(): ReactNode {
    const { message, report } = this.state;
    if (message === null) return this.props.children;
    return <FatalMessage title="The page met an error" message={message} report={report} />;
  }
}
