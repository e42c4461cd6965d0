import { IconBell, IconPhone, IconVideo } from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Call } from '../../../src/protocol/rest.ts';
import type { CallType } from '../../../src/protocol/values.ts';
import { codeOf } from '../api/RequestError.ts';
import { useCalls, useUser } from '../app/context.tsx';
import { errorWords } from '../app/errorWords.ts';
import { Avatar } from '../parts/Avatar.tsx';
import { Button, IconButton } from '../parts/Button.tsx';
import { Loading } from '../parts/Loading.tsx';
import listStyles from '../parts/List.module.css';
import { useToast } from '../parts/Toasts.tsx';
import { contactsOf, nameOf } from './callRecord.ts';
import { FindField, useSearch, type Person } from './FindField.tsx';
import styles from './HomeScreen.module.css';
import { useCallPerson } from './useCallPerson.ts';
import { usePresence } from './usePresence.ts';

/** Whom to call: by an exact user name, from what a search finds, or from the people one talked with. */
export function PeopleCard({ recent, failed }: { recent: readonly Call[] | null; failed: boolean }) {
  const { t } = useTranslation();
  const user = useUser();
  const callPerson = useCallPerson();
  const [text, setText] = useState('');
  const [problem, setProblem] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const found = useSearch(text);
  const people = useWithPresence(found, recent === null ? null : contactsOf(recent, user.id));

  const [engaged, setEngaged] = useState<{ callee: string; type: CallType } | null>(null);
  const call = async (callee: string, type: CallType): Promise<void> => {
    setBusy(true);
    const words = await callPerson(callee, type);
    setProblem(words);
    setEngaged(words === t('home.busy') ? { callee, type } : null);
    setBusy(false);
  };
  return (
    <section className="card" aria-labelledby="people">
      <h2 id="people" className="sr">
        {t('home.callSomeone')}
      </h2>
      <form
        className={styles.callBox}
        onSubmit={(event) => {
          event.preventDefault();
          void call(text.trim(), 'video');
        }}
      >
        <FindField
          testId="start-callee"
          enterKeyHint="go"
          text={text}
          problem={problem}
          onType={(typed) => {
            setText(typed);
            setProblem(null);
            setEngaged(null);
          }}
        />
        <Button look="main" type="submit" data-testid="start-call" aria-busy={busy}>
          <IconVideo size={20} stroke={1.8} aria-hidden />
          {t('home.call')}
        </Button>
      </form>
      {engaged && <LetThemKnow key={engaged.callee} {...engaged} onDone={() => setEngaged(null)} />}
      {people === null ? (
        !failed && <Loading />
      ) : people.length === 0 ? (
        found === null ? (
          <Nobody />
        ) : (
          <p className={`muted ${styles.none}`} style={{ paddingTop: 20 }} role="status">
            {t('home.noMatch')}
          </p>
        )
      ) : (
        <ul className={listStyles.items}>
          {people.map((person) => (
            <PersonRow key={person.id} person={person} onCall={(type) => void call(person.username, type)} />
          ))}
        </ul>
      )}
    </section>
  );
}

/** Whom one calls is in a call: a quiet notice with one's name, to be called back. */
function LetThemKnow({ callee, type, onDone }: { callee: string; type: CallType; onDone: () => void }) {
  const { t } = useTranslation();
  const calls = useCalls();
  const toast = useToast();
  const tell = async (): Promise<void> => {
    try {
      await calls.letThemKnow(callee, type);
      toast(t('home.told'));
    } catch (error) {
      toast(codeOf(error) === 'CONFLICT' ? t('home.freeNow') : errorWords(error, t));
    }
    onDone();
  };
  return (
    <div className={styles.engaged}>
      <Button data-testid="let-them-know" onClick={() => void tell()}>
        <IconBell size={20} stroke={1.8} aria-hidden />
        {t('home.letThemKnow')}
      </Button>
    </div>
  );
}

function PersonRow({ person, onCall }: { person: Person; onCall: (type: CallType) => void }) {
  const { t } = useTranslation();
  const name = nameOf(person);
  return (
    <li className={listStyles.item}>
      <Avatar name={name} presence={person.presence} />
      <span className={listStyles.who}>
        <b className="ell">{name}</b>
        <span className={listStyles.note}>
          <span className="ell">
            {t(`presence.${person.presence}`)}
            {name !== person.username && ` · ${person.username}`}
          </span>
        </span>
      </span>
      <span className={styles.buttons}>
        <IconButton label={t('home.voiceCall', { name })} onClick={() => onCall('audio')}>
          <IconPhone size={20} stroke={1.8} aria-hidden />
        </IconButton>
        <IconButton label={t('home.videoCall', { name })} onClick={() => onCall('video')}>
          <IconVideo size={20} stroke={1.8} aria-hidden />
        </IconButton>
      </span>
    </li>
  );
}

/** Search results, else contacts, each with their presence as it changes. */
function useWithPresence(found: Person[] | null, contacts: Array<Call['caller']> | null): Person[] | null {
  const people = found ?? contacts?.map((contact): Person => ({ ...contact, presence: 'offline' })) ?? null;
  const presence = usePresence(people?.map(({ id }) => id) ?? []);
  return people?.map((person) => ({ ...person, presence: presence[person.id] ?? person.presence })) ?? null;
}

function Nobody() {
  const { t } = useTranslation();
  return (
    <div className={styles.empty}>
      <svg width="132" height="76" viewBox="0 0 132 76" aria-hidden>
        <rect x="1" y="9" width="76" height="52" rx="12" fill="var(--accent-soft)" />
        <rect
          x="55"
          y="23"
          width="76"
          height="52"
          rx="12"
          fill="var(--surface)"
          stroke="currentColor"
          strokeWidth="2"
        />
        <circle cx="93" cy="43" r="9" fill="none" stroke="currentColor" strokeWidth="2" />
        <path d="M75 74c0-12 9-17 18-17s18 5 18 17" fill="none" stroke="currentColor" strokeWidth="2" />
      </svg>
      <h3 style={{ fontSize: 17, lineHeight: '26px', color: 'var(--text)' }}>{t('home.nobody')}</h3>
      <p className="muted">{t('home.nobodyMore')}</p>
    </div>
  );
}
