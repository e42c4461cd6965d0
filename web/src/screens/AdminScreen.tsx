import { useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { ManagedUser, RunningCall } from '../../../src/protocol/rest.ts';
import { useSession, useUser } from '../app/context.tsx';
import { errorWords } from '../app/errorWords.ts';
import { codeOf } from '../api/RequestError.ts';
import { Button } from '../parts/Button.tsx';
import { Field } from '../parts/Field.tsx';
import { useToast } from '../parts/Toasts.tsx';
import { useCopy } from '../parts/useCopy.ts';
import { useLanguage } from '../parts/useLanguage.ts';
import { useNow } from '../parts/useNow.ts';
import { useTitle } from '../parts/useTitle.ts';
import { dayAndTime } from '../words/format.ts';
import styles from './AdminScreen.module.css';
import settings from './SettingsScreen.module.css';
import { Section } from './settingsParts.tsx';
import { useRefreshing } from './useRefreshing.ts';
import { useRequest } from './useRequest.ts';

/** What an administrator watches and changes: health, running calls, accounts, invitations. Never what is said. */
export function AdminScreen() {
  const { t } = useTranslation();
  useTitle(t('admin.title'));
  return (
    <main className={`page ${styles.page}`} data-testid="admin">
      <h1>{t('admin.title')}</h1>
      <div className={settings.sections}>
        <Health />
        <Calls />
        <Users />
        <Invitations />
      </div>
    </main>
  );
}

function Health() {
  const { t } = useTranslation();
  const { data } = useRefreshing('adminHealth');
  if (!data) return null;
  const bad = Object.entries(data.checks).flatMap(([name, good]) => (good ? [] : [name]));
  const facts: [label: string, value: string][] = [
    [t('admin.state'), bad.length === 0 ? t('admin.good') : t('admin.trouble', { parts: bad.join('、') })],
    [t('admin.sockets'), String(data.sockets)],
    [t('admin.workers'), String(data.media_workers)],
    [t('admin.memory'), t('admin.megabytes', { count: Math.round(data.memory_bytes / 1e6) })],
    [t('admin.delay'), t('admin.milliseconds', { count: Math.round(data.event_loop_delay_ms) })],
    [t('admin.version'), data.version],
  ];
  return (
    <Section title={t('admin.health')}>
      <dl className={styles.facts} data-testid="admin-health">
        {facts.map(([label, value]) => (
          <div key={label}>
            <dt>{label}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </Section>
  );
}

function Calls() {
  const { t } = useTranslation();
  const session = useSession();
  const act = useAct();
  const { data, reload } = useRefreshing('adminCalls');
  const calls = data?.calls ?? [];
  return (
    <Section title={t('admin.calls')}>
      {calls.length === 0 && <Nothing text={t('admin.noCalls')} />}
      {calls.map((call) => (
        <Row key={call.id} name={<CallName call={call} />} note={t('admin.people', { count: call.people })}>
          <Button
            look="quiet"
            data-testid="admin-end-call"
            onClick={() => void act(() => session.request('adminEndCall', { body: { call_id: call.id } })).then(reload)}
          >
            {t('admin.endCall')}
          </Button>
        </Row>
      ))}
    </Section>
  );
}

function CallName({ call }: { call: RunningCall }) {
  const { t } = useTranslation();
  const language = useLanguage();
  const now = useNow(60_000);
  const time = dayAndTime(Date.parse(call.start_time ?? call.created_at), now, t, language);
  const kind = t(call.kind === 'direct' ? 'admin.direct' : 'admin.meeting');
  return <>{call.status === 'ringing' ? t('admin.ringing', { kind }) : t('admin.since', { kind, time })}</>;
}

function Users() {
  const { t } = useTranslation();
  const [query, setQuery] = useState('');
  const [handed, setHanded] = useState<{ name: string; secret: string } | null>(null);
  const { data, reload } = useRequest('adminUsers', { query: { query, limit: 50 } });
  return (
    <Section title={t('admin.users')}>
      <div className={styles.search}>
        <Field
          label={t('admin.findUser')}
          testId="admin-query"
          autoComplete="off"
          value={query}
          onChange={(event) => setQuery(event.currentTarget.value)}
        />
      </div>
      {handed && <Handed label={t('admin.newPassword', { name: handed.name })} secret={handed.secret} />}
      {data?.users.length === 0 && <Nothing text={t('admin.noUsers')} />}
      {data?.users.map((user) => (
        <UserRow
          key={user.id}
          user={user}
          onChanged={reload}
          onPassword={(secret) => setHanded({ name: user.username, secret })}
        />
      ))}
      {(data?.next_cursor ?? null) !== null && <Nothing text={t('admin.moreUsers')} />}
    </Section>
  );
}

interface UserRowProps {
  user: ManagedUser;
  onChanged: () => void;
  onPassword: (password: string) => void;
}

function UserRow({ user, onChanged, onPassword }: UserRowProps) {
  const { t } = useTranslation();
  const session = useSession();
  const act = useAct();
  const own = useUser().id === user.id;
  const params = { id: user.id };
  const disabled = user.status === 'disabled';
  const marks = [
    user.username,
    user.email,
    ...(user.role === 'admin' ? [t('admin.administrator')] : []),
    disabled ? t('admin.disabled') : t('admin.sessions', { count: user.sessions }),
  ];
  return (
    <Row name={user.full_name || user.username} note={marks.join(' · ')} testId="admin-user">
      {!own && (
        <span className={styles.actions}>
          <Button
            look="quiet"
            onClick={() =>
              void act(() => session.request('adminResetPassword', { params })).then((answer) => {
                if (answer) onPassword(answer.password);
                onChanged();
              })
            }
          >
            {t('admin.resetPassword')}
          </Button>
          <Button
            look="quiet"
            data-testid="admin-status"
            onClick={() =>
              void act(() =>
                session.request('adminSetStatus', { params, body: { status: disabled ? 'active' : 'disabled' } }),
              ).then(onChanged)
            }
          >
            {disabled ? t('admin.enable') : t('admin.disable')}
          </Button>
        </span>
      )}
    </Row>
  );
}

function Invitations() {
  const { t } = useTranslation();
  const session = useSession();
  const act = useAct();
  const language = useLanguage();
  const now = useNow(60_000);
  const [link, setLink] = useState<string | null>(null);
  const { data, reload } = useRequest('adminInvitations', {});
  return (
    <Section title={t('admin.invitations')}>
      <Row name={t('admin.invite')} note={t('admin.inviteMore')}>
        <Button
          look="line"
          data-testid="admin-invite"
          onClick={() =>
            void act(() => session.request('adminInvite', { body: { valid_days: 7 } })).then((answer) => {
              if (answer) setLink(answer.url);
              reload();
            })
          }
        >
          {t('admin.makeLink')}
        </Button>
      </Row>
      {link !== null && <Handed label={t('admin.link')} secret={link} />}
      {data?.invitations.map(({ id, created_at, expires_at }) => (
        <Row
          key={id}
          name={t('admin.made', { time: dayAndTime(Date.parse(created_at), now, t, language) })}
          note={t('admin.until', { time: new Date(expires_at).toLocaleDateString(language) })}
        >
          <Button
            look="quiet"
            onClick={() => void act(() => session.request('adminWithdrawInvitation', { params: { id } })).then(reload)}
          >
            {t('admin.withdraw')}
          </Button>
        </Row>
      ))}
    </Section>
  );
}

/** Shown once, to be handed over. */
function Handed({ label, secret }: { label: string; secret: string }) {
  const { t } = useTranslation();
  const copy = useCopy();
  return (
    <div className={styles.handed} role="status">
      <span>
        <b>{label}</b>
        <code data-testid="admin-secret">{secret}</code>
      </span>
      <Button look="quiet" onClick={() => void copy(secret, t('admin.copied'))}>
        {t('admin.copy')}
      </Button>
    </div>
  );
}

interface RowProps {
  name: ReactNode;
  note: string;
  testId?: string;
  children: ReactNode;
}

function Row({ name, note, testId, children }: RowProps) {
  return (
    <div className={`${settings.option} ${styles.row}`} data-testid={testId}>
      <span className={settings.who}>
        <b className="ell">{name}</b>
        <span className={styles.note}>{note}</span>
      </span>
      {children}
    </div>
  );
}

function Nothing({ text }: { text: string }) {
  return <p className={`muted ${styles.nothing}`}>{text}</p>;
}

/** Does something and says it when it did not work; null then. */
function useAct(): <T>(work: () => Promise<T>) => Promise<T | null> {
  const { t } = useTranslation();
  const toast = useToast();
  return async (work) => {
    try {
      return await work();
    } catch (error) {
      toast(codeOf(error) === 'CONFLICT' ? t('account.lastAdmin') : errorWords(error, t));
      return null;
    }
  };
}
