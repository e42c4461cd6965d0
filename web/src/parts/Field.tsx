import { IconEye, IconEyeOff } from '@tabler/icons-react';
import { useId, useState, type ComponentProps, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { IconButton } from './Button.tsx';
import styles from './Field.module.css';

export interface FieldProps extends ComponentProps<'input'> {
  label: string;
  /** The label is for screen readers only; the place says what the field is for. */
  hideLabel?: boolean;
  hint?: string;
  problem?: string | null;
  icon?: ReactNode;
  end?: ReactNode;
  testId?: string;
  /** Test id of the problem. */
  problemTestId?: string | undefined;
}

/** One line of text with its label, and what is wrong with it below. */
export function Field({ label, hideLabel, hint, problem, icon, end, testId, problemTestId, ...input }: FieldProps) {
  const id = useId();
  const note = `${id}-note`;
  const hasNote = Boolean(problem ?? hint);
  return (
    <div className={styles.field}>
      <label htmlFor={id} className={hideLabel ? 'sr' : styles.label}>
        {label}
      </label>
      <div className={styles.box}>
        {icon !== undefined && <span className={styles.icon}>{icon}</span>}
        <input
          id={id}
          className={[styles.input, icon ? styles.withIcon : '', end ? styles.withEnd : ''].join(' ')}
          aria-invalid={problem ? true : undefined}
          aria-describedby={hasNote ? note : undefined}
          data-testid={testId}
          {...input}
        />
        {end !== undefined && <span className={styles.end}>{end}</span>}
      </div>
      {problem ? (
        <p id={note} className={styles.problem} role="alert" data-testid={problemTestId}>
          {problem}
        </p>
      ) : (
        hint && (
          <p id={note} className={styles.hint}>
            {hint}
          </p>
        )
      )}
    </div>
  );
}

export function PasswordField(props: FieldProps) {
  const { t } = useTranslation();
  const [shown, setShown] = useState(false);
  const Icon = shown ? IconEyeOff : IconEye;
  return (
    <Field
      {...props}
      type={shown ? 'text' : 'password'}
      end={
        <IconButton
          label={shown ? t('auth.hidePassword') : t('auth.showPassword')}
          aria-pressed={shown}
          onClick={() => setShown(!shown)}
        >
          <Icon size={20} stroke={1.8} aria-hidden />
        </IconButton>
      }
    />
  );
}
