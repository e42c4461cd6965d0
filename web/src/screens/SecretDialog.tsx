import { useId, useRef, useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { codeOf } from '../api/RequestError.ts';
import { errorWords } from '../app/errorWords.ts';
import { Button } from '../parts/Button.tsx';
import { Dialog } from '../parts/Dialog.tsx';
import { Field, PasswordField } from '../parts/Field.tsx';
import styles from './SecretDialog.module.css';

/** One line that the dialog asks for. */
export interface Asked {
  name: string;
  label: string;
  kind: 'password' | 'new-password' | 'email';
  hint?: string;
  testId: string;
}

export interface SecretDialogProps {
  title: string;
  note?: ReactNode;
  asked: readonly Asked[];
  submit: string;
  danger?: boolean;
  /** Throws what the server answered; the dialog shows it beside the line that it is about. */
  onSubmit: (values: Record<string, string>) => Promise<void>;
  onClose: () => void;
}

/** Asks for a password and what goes with it before something about the account changes. */
export function SecretDialog(props: SecretDialogProps) {
  const { title, note, asked, submit, danger = false, onSubmit, onClose } = props;
  const { t } = useTranslation();
  const heading = useId();
  const form = useRef<HTMLFormElement>(null);
  const [values, setValues] = useState<Record<string, string>>({});
  const [problem, setProblem] = useState<{ kind: Asked['kind']; text: string } | null>(null);
  const [busy, setBusy] = useState(false);
  const wordsOf = useProblemWords();

  const send = async (): Promise<void> => {
    setBusy(true);
    try {
      await onSubmit(values);
      onClose();
    } catch (error) {
      setProblem(wordsOf(error));
      setBusy(false);
      requestAnimationFrame(() => form.current?.querySelector<HTMLInputElement>('[aria-invalid]')?.focus());
    }
  };
  return (
    <Dialog labelledBy={heading} onEscape={onClose}>
      <form
        ref={form}
        className={styles.form}
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          if (!busy) void send();
        }}
      >
        <h2 id={heading}>{title}</h2>
        {note !== undefined && <p className="muted">{note}</p>}
        {asked.map(({ name, label, kind, hint, testId }) => {
          const line = {
            label,
            testId,
            value: values[name] ?? '',
            problem: problem?.kind === kind ? problem.text : null,
            problemTestId: `${testId}-problem`,
            ...(hint === undefined ? {} : { hint }),
            onChange: (event: { currentTarget: { value: string } }) =>
              setValues({ ...values, [name]: event.currentTarget.value }),
          };
          return kind === 'email' ? (
            <Field key={name} type="email" autoComplete="email" {...line} />
          ) : (
            <PasswordField
              key={name}
              maxLength={128}
              autoComplete={kind === 'password' ? 'current-password' : kind}
              {...line}
            />
          );
        })}
        <div className={styles.buttons}>
          <Button look="line" onClick={onClose}>
            {t('action.cancel')}
          </Button>
          <Button look={danger ? 'danger' : 'main'} type="submit" aria-busy={busy} data-testid="secret-submit">
            {submit}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

/** What the server refused, and about which line it says so. */
function useProblemWords(): (error: unknown) => { kind: Asked['kind']; text: string } {
  const { t } = useTranslation();
  return (error) => {
    switch (codeOf(error)) {
      case 'CREDENTIALS_WRONG':
        return { kind: 'password', text: t('account.wrongPassword') };
      case 'PASSWORD_WEAK':
        return { kind: 'new-password', text: t('auth.problem.weak') };
      case 'EMAIL_TAKEN':
        return { kind: 'email', text: t('auth.problem.emailTaken') };
      case 'VALIDATION':
        return { kind: 'new-password', text: t('auth.problem.password') };
      case 'CONFLICT':
        return { kind: 'password', text: t('account.lastAdmin') };
      case 'RATE_LIMITED':
        return { kind: 'password', text: t('auth.problem.limited') };
      default:
        return { kind: 'password', text: errorWords(error, t) };
    }
  };
}
