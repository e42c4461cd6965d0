import { useEffect, useRef, useState, type ChangeEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { useRoute } from 'wouter';
import { apiBase, routes } from '../../../src/protocol/rest.ts';
import { callRoute } from '../api/rest.ts';
import { codeOf } from '../api/RequestError.ts';
import { useSession } from '../app/context.tsx';
import { errorWords } from '../app/errorWords.ts';
import { Button } from '../parts/Button.tsx';
import { Field, PasswordField } from '../parts/Field.tsx';
import { useTitle } from '../parts/useTitle.ts';
import { AuthFrame } from './AuthFrame.tsx';
import styles from './AuthScreen.module.css';

type FieldName = 'fullName' | 'username' | 'email' | 'password';
type Values = Record<FieldName, string>;
type Problems = Partial<Record<FieldName, string>>;

/** Signing in, and creating an account in the same place; what was typed stays when one changes over. */
export function AuthScreen() {
  const { t } = useTranslation();
  const session = useSession();
  const invitation = useInvitation();
  const [creating, setCreating] = useState(invitation !== null);
  const options = useAuthOptions();
  const mayCreate = options.registration === 'open' || (options.registration === 'invite' && invitation !== null);
  const [values, setValues] = useState<Values>({ fullName: '', username: '', email: '', password: '' });
  const [problems, setProblems] = useState<Problems>({});
  const [busy, setBusy] = useState(false);
  const form = useRef<HTMLFormElement>(null);
  const [failedElsewhere] = useState(() => location.hash.startsWith('#sign-in-failed='));
  const findProblems = useFindProblems();
  const problemOfError = useProblemOfError();
  useTitle(creating ? t('auth.create') : t('auth.signIn'));

  const show = (found: Problems): void => {
    setProblems(found);
    requestAnimationFrame(() => form.current?.querySelector<HTMLInputElement>('[aria-invalid]')?.focus());
  };
  const submit = async (): Promise<void> => {
    const found = findProblems(values, creating);
    if (Object.keys(found).length > 0) return show(found);
    setBusy(true);
    try {
      await (creating
        ? session.register({ ...registration(values), ...(invitation !== null && { invitation }) })
        : session.signIn(signIn(values)));
    } catch (error) {
      show(problemOfError(error));
      setBusy(false);
    }
  };
  const field = (name: FieldName) => ({
    value: values[name],
    problem: problems[name] ?? null,
    problemTestId: Object.keys(problems)[0] === name ? 'auth-error' : undefined,
    onChange: (event: ChangeEvent<HTMLInputElement>) => setValues({ ...values, [name]: event.currentTarget.value }),
  });
  return (
    <AuthFrame>
      <form
        ref={form}
        className={styles.box}
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          if (!busy) void submit();
        }}
      >
        <h1>{creating ? t('auth.create') : t('auth.welcome')}</h1>
        {creating && invitation !== null && <p className="muted">{t('auth.invited')}</p>}
        {creating && (
          <Field
            label={t('auth.fullName')}
            testId="auth-fullname"
            autoComplete="name"
            maxLength={80}
            {...field('fullName')}
          />
        )}
        <Field
          label={creating ? t('auth.username') : t('auth.login')}
          testId="auth-username"
          autoComplete="username"
          autoCapitalize="none"
          spellCheck={false}
          {...(creating ? { hint: t('auth.usernameHint') } : {})}
          {...field('username')}
        />
        {creating && (
          <Field label={t('auth.email')} testId="auth-email" type="email" autoComplete="email" {...field('email')} />
        )}
        <PasswordField
          label={t('auth.password')}
          testId="auth-password"
          autoComplete={creating ? 'new-password' : 'current-password'}
          maxLength={128}
          {...(creating ? { hint: t('auth.passwordHint') } : {})}
          {...field('password')}
        />
        <Button look="main" wide type="submit" data-testid="auth-submit" aria-busy={busy}>
          {creating ? t('auth.submitCreate') : t('auth.signIn')}
        </Button>
        {options.single_sign_on !== null && !creating && (
          <a className={styles.sso} href={`${apiBase}/auth/oidc/start`} data-testid="auth-single-sign-on">
            {t('auth.singleSignOn', { name: options.single_sign_on })}
          </a>
        )}
        {failedElsewhere && (
          <p className="small" role="alert">
            {t('auth.problem.singleSignOn')}
          </p>
        )}
        {!mayCreate && !creating && <p className="small muted">{t('auth.problem.closed')}</p>}
        <p className={`small muted ${styles.toggle}`} hidden={!mayCreate && !creating}>
          {creating ? t('auth.haveAccount') : t('auth.noAccount')}
          <Button
            look="quiet"
            className="small"
            data-testid="auth-toggle"
            onClick={() => {
              setCreating(!creating);
              setProblems({});
            }}
          >
            {creating ? t('auth.signIn') : t('auth.createOne')}
          </Button>
        </p>
      </form>
    </AuthFrame>
  );
}

/** The secret of the invitation's link by which the page was opened. */
function useInvitation(): string | null {
  const [, params] = useRoute('/invite/:token');
  return params?.token ?? null;
}

interface AuthOptions {
  registration: 'open' | 'invite' | 'closed';
  single_sign_on: string | null;
}

/** How one gets in here; believed to be open until the server says otherwise. */
function useAuthOptions(): AuthOptions {
  const [options, setOptions] = useState<AuthOptions>({ registration: 'open', single_sign_on: null });
  useEffect(() => {
    callRoute('authOptions', {}).then(setOptions, () => undefined);
  }, []);
  return options;
}

function registration({ fullName, username, email, password }: Values) {
  return { username, email, password, ...(fullName.trim() === '' ? {} : { full_name: fullName.trim() }) };
}

function signIn({ username, password }: Values) {
  return { login: username.trim(), password };
}

/** What can be seen to be wrong before asking the server, by the contract's own rules. */
function useFindProblems(): (values: Values, creating: boolean) => Problems {
  const { t } = useTranslation();
  return (values, creating) => {
    const found: Problems = {};
    if (!creating) {
      if (values.username.trim() === '') found.username = t('auth.problem.required');
      if (values.password === '') found.password = t('auth.problem.required');
      return found;
    }
    const parsed = routes.register.body.safeParse(registration(values));
    const wrong = new Set(parsed.error?.issues.map(({ path }) => path[0]));
    if (wrong.has('username')) found.username = t('auth.problem.username');
    if (wrong.has('email')) found.email = t('auth.problem.email');
    if (wrong.has('password')) found.password = t('auth.problem.password');
    return found;
  };
}

/** Where and how to say what the server refused. A wrong name and a wrong password read the same. */
function useProblemOfError(): (error: unknown) => Problems {
  const { t } = useTranslation();
  return (error) => {
    switch (codeOf(error)) {
      case 'CREDENTIALS_WRONG':
        return { password: t('auth.problem.credentials') };
      case 'USERNAME_TAKEN':
        return { username: t('auth.problem.usernameTaken') };
      case 'EMAIL_TAKEN':
        return { email: t('auth.problem.emailTaken') };
      case 'VALIDATION':
        // Everything else was looked at before it was sent.
        return { fullName: t('auth.problem.alphabets') };
      case 'PASSWORD_WEAK':
        return { password: t('auth.problem.weak') };
      case 'INVITATION_INVALID':
        return { password: t('auth.problem.invitation') };
      case 'REGISTRATION_CLOSED':
        return { password: t('auth.problem.closed') };
      case 'RATE_LIMITED':
        return { password: t('auth.problem.limited') };
      default:
        return { password: errorWords(error, t) };
    }
  };
}
