import { Component, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from '../parts/Button.tsx';

/** A part of the page that throws must not leave it blank. */
export class ErrorBoundary extends Component<{ children: ReactNode }, { failed: boolean }> {
  override state = { failed: false };

  static getDerivedStateFromError(): { failed: boolean } {
    return { failed: true };
  }

  override render(): ReactNode {
    return this.state.failed ? <Failure /> : this.props.children;
  }
}

function Failure() {
  const { t } = useTranslation();
  return (
    <main className="page stack" style={{ justifyItems: 'center', paddingTop: 120 }} role="alert">
      <h1>{t('error.page')}</h1>
      <Button look="main" onClick={() => location.reload()}>
        {t('error.reload')}
      </Button>
    </main>
  );
}
