import { useId } from 'react';
import { useTranslation } from 'react-i18next';
import { challengeRule, isAtLeast, policyMode, type CheckPolicy } from '../../../../src/protocol/checkPolicy.ts';
import { useCallState } from './callContext.tsx';
import styles from './CheckRules.module.css';
import { useHostPowers } from './useHostPowers.ts';

const minutes = [5, 10, 15, 30, 60, 120];

/** What follows from results in this call: for everybody to read, for hosts to choose. */
export function CheckRules() {
  const { t } = useTranslation();
  const checks = useCallState((state) => state.call?.checks);
  const least = useCallState((state) => state.policy.leastChecks);
  const act = useHostPowers();
  if (!checks) return null;
  const every = checks.challenge === 'every' ? t('checkRules.everyMinutes', { minutes: checks.everyMinutes }) : null;
  const choose = (changes: Partial<CheckPolicy>): void => act?.((host) => host.chooseChecks({ ...checks, ...changes }));
  return (
    <section className={styles.rules} aria-labelledby="check-rules">
      <h3 id="check-rules">{t('checkRules.title')}</h3>
      {act === null ? (
        <ul className="small">
          <li>{t(`checkRules.said.challenge.${checks.challenge}`)}</li>
          {every !== null && <li>{every}</li>}
          <li>{t(`checkRules.said.mode.${checks.mode}`)}</li>
        </ul>
      ) : (
        <>
          <Choice
            label={t('checkRules.challenge')}
            testId="check-challenge"
            value={checks.challenge}
            options={challengeRule.options.filter((challenge) => isAtLeast(least, { ...least, challenge }))}
            nameOf={(challenge) => t(`checkRules.challenges.${challenge}`)}
            onChoose={(challenge) => choose({ challenge })}
          />
          {checks.challenge === 'every' && (
            <Choice
              label={t('checkRules.every')}
              testId="check-every"
              value={String(checks.everyMinutes)}
              options={[...new Set([...minutes, checks.everyMinutes])]
                .sort((a, b) => a - b)
                .filter((everyMinutes) => isAtLeast(least, { ...checks, mode: least.mode, everyMinutes }))
                .map(String)}
              nameOf={(value) => t('checkRules.everyMinutes', { minutes: value })}
              onChoose={(value) => choose({ everyMinutes: Number(value) })}
            />
          )}
          <Choice
            label={t('checkRules.mode')}
            testId="check-mode"
            value={checks.mode}
            options={policyMode.options.filter((mode) => isAtLeast(least, { ...least, mode }))}
            nameOf={(mode) => t(`checkRules.modes.${mode}`)}
            onChoose={(mode) => choose({ mode })}
          />
          <p className="tiny muted">{t('checkRules.more')}</p>
        </>
      )}
    </section>
  );
}

interface ChoiceProps<T extends string> {
  label: string;
  testId: string;
  value: T;
  options: readonly T[];
  nameOf: (option: T) => string;
  onChoose: (option: T) => void;
}

function Choice<T extends string>({ label, testId, value, options, nameOf, onChoose }: ChoiceProps<T>) {
  const id = useId();
  return (
    <div className={styles.choice}>
      <label htmlFor={id} className="small">
        {label}
      </label>
      <select
        id={id}
        data-testid={testId}
        value={value}
        onChange={({ currentTarget }) => {
          const chosen = options.find((option) => option === currentTarget.value);
          if (chosen !== undefined) onChoose(chosen);
        }}
      >
        {options.map((option) => (
          <option key={option} value={option}>
            {nameOf(option)}
          </option>
        ))}
      </select>
    </div>
  );
}
