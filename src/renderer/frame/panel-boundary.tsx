import { Component, type ReactNode } from 'react';
import { Button } from '../ui/button.tsx';
import { Empty } from '../ui/notes.tsx';

/** A panel that fails leaves the others usable, and says so instead of a white page. */
export class PanelBoundary extends Component<
  { readonly title: string; readonly children: ReactNode },
  { readonly message: string }
> {
  override state = { message: '' };

  static getDerivedStateFromError(error: unknown) {
    return { message: error instanceof Error ? error.message : String(error) };
  }

  override render(): ReactNode {
    if (this.state.message === '') return this.props.children;
    return (
      <Empty
        title={`${this.props.title} cannot be shown`}
        action={<Button onClick={() => location.reload()}>Load the page again</Button>}
      >
        The page failed: {this.state.message}. Nothing happened to the cell; the other panels work.
      </Empty>
    );
  }
}
