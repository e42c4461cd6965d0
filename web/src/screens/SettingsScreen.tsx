import { useId, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useStore } from 'zustand';
import { useSession, useUser } from '../app/context.tsx';
import { Button } from '../parts/Button.tsx';
import { useLanguage } from '../parts/useLanguage.ts';
import { useNow } from '../parts/useNow.ts';
import { useTitle } from '../parts/useTitle.ts';
import { preferences, soundKinds, storeConsent, storedConsent, type Theme } from '../session/preferences.ts';
import { setLanguage } from '../words/index.ts';
import type { Language } from '../words/types.ts';
import { dayAndTime } from '../words/format.ts';
import { AccountOptions } from './AccountOptions.tsx';
import { deviceOf } from './deviceOf.ts';
import { MediaSettings } from './MediaSettings.tsx';
import { Section, Switch } from './settingsParts.tsx';
import styles from './SettingsScreen.module.css';
import { useRequest } from './useRequest.ts';

/** What one chose; every change holds at once. */
export function SettingsScreen() {
  const { t } = useTranslation();
  useTitle(t('settings.title'));
  return (
    <main className={`page ${styles.page}`} data-testid="settings">
      <h1>{t('settings.title')}</h1>
      <div className={styles.sections}>
        <General />
        <MediaSettings />
        <Privacy />
        <Sounds />
        <Devices />
        <Account />
      </div>
    </main>
  );
}

function General() {
  const { t } = useTranslation();
  const language = useLanguage();
  const { theme, shortcuts, controlsStay } = useStore(preferences);
  const themes: Theme[] = ['auto', 'light', 'dark'];
  return (
    <Section title={t('settings.general')}>
      <Segments<Language>
        label={t('settings.language')}
        value={language}
        choices={[
          ['zh-CN', '中文'],
          ['en', 'English'],
        ]}
        onChoose={(chosen) => void setLanguage(chosen)}
      />
      <Segments
        label={t('settings.appearance')}
        value={theme}
        choices={themes.map((name) => [name, t(`settings.theme.${name}`)])}
        onChoose={(chosen) => preferences.setState({ theme: chosen })}
      />
      <Switch
        label={t('settings.shortcuts')}
        note={t('settings.shortcutsMore')}
        checked={shortcuts}
        onChange={(checked) => preferences.setState({ shortcuts: checked })}
      />
      <Switch
        label={t('settings.controlsStay')}
        note={t('settings.controlsStayMore')}
        checked={controlsStay}
        onChange={(checked) => preferences.setState({ controlsStay: checked })}
      />
    </Section>
  );
}

function Privacy() {
  const { t } = useTranslation();
  const user = useUser();
  const language = useLanguage();
  const [consent, setConsent] = useState(() => storedConsent(user.id));
  const choose = (choice: { check: boolean; evidence: boolean }): void =>
    setConsent(storeConsent(user.id, choice, language));
  const sensitive = useStore(preferences, (state) => state.sensitiveToLight);
  const { check, evidence } = consent ?? { check: false, evidence: false };
  return (
    <Section title={t('settings.privacy')}>
      <Switch
        label={t('settings.check')}
        note={t('settings.checkMore')}
        checked={check}
        onChange={(checked) => choose({ check: checked, evidence: checked && evidence })}
      />
      <Switch
        label={t('settings.evidence')}
        note={t('settings.evidenceMore')}
        checked={evidence}
        onChange={(checked) => choose({ check: check || checked, evidence: checked })}
      />
      <Switch
        label={t('settings.sensitive')}
        note={t('settings.sensitiveMore')}
        checked={sensitive}
        onChange={(checked) => preferences.setState({ sensitiveToLight: checked })}
      />
    </Section>
  );
}

function Sounds() {
  const { t } = useTranslation();
  const sounds = useStore(preferences, (state) => state.sounds);
  return (
    <Section title={t('settings.sounds')}>
      {soundKinds.map((kind) => (
        <Switch
          key={kind}
          label={t(`settings.tone.${kind}`)}
          note={t(`settings.toneMore.${kind}`)}
          checked={sounds[kind]}
          onChange={(checked) => preferences.setState({ sounds: { ...sounds, [kind]: checked } })}
        />
      ))}
    </Section>
  );
}

function Devices() {
  const { t } = useTranslation();
  const language = useLanguage();
  const session = useSession();
  const now = useNow(60_000);
  const { data, reload } = useRequest('sessions', {});
  if (!data || data.sessions.length === 0) return null;
  return (
    <Section title={t('settings.devices')}>
      {data.sessions.map(({ id, user_agent, created_at, current }) => (
        <div key={id} className={styles.option}>
          <span className={styles.who}>
            <b className="ell">{deviceOf(user_agent) ?? t('settings.unknownDevice')}</b>
            <span>
              {current
                ? t('settings.thisDevice')
                : t('settings.since', { time: dayAndTime(Date.parse(created_at), now, t, language) })}
            </span>
          </span>
          {!current && (
            <Button
              look="quiet"
              onClick={() => void session.request('revokeSession', { params: { id } }).finally(reload)}
            >
              {t('settings.end')}
            </Button>
          )}
        </div>
      ))}
    </Section>
  );
}

function Account() {
  const { t } = useTranslation();
  return (
    <Section title={t('settings.account')}>
      <AccountOptions />
    </Section>
  );
}

interface SegmentsProps<T extends string> {
  label: string;
  value: T;
  choices: ReadonlyArray<[T, string]>;
  onChoose: (value: T) => void;
}

function Segments<T extends string>({ label, value, choices, onChoose }: SegmentsProps<T>) {
  const id = useId();
  return (
    <div className={`${styles.option} ${styles.wrap}`}>
      <span className={styles.who}>
        <b id={id}>{label}</b>
      </span>
      <div className={styles.segments} role="group" aria-labelledby={id}>
        {choices.map(([choice, name]) => (
          <button key={choice} type="button" aria-pressed={choice === value} onClick={() => onChoose(choice)}>
            {name}
          </button>
        ))}
      </div>
    </div>
  );
}
