import { useTranslation } from 'react-i18next';
import { useStore } from 'zustand';
import { mediaChoices, type SoundProcessing } from '../session/mediaChoices.ts';
import { Section, Switch } from './settingsParts.tsx';

const processing: ReadonlyArray<keyof SoundProcessing> = ['echoCancellation', 'noiseSuppression', 'autoGainControl'];

/** What is done to the own sound and picture before they leave the device. Holds in a running call, too. */
export function MediaSettings() {
  const { t } = useTranslation();
  const { sound, blur, mutedHint } = useStore(mediaChoices);
  return (
    <Section title={t('settings.media')}>
      <Switch
        label={t('settings.blur')}
        note={t('settings.blurMore')}
        checked={blur}
        onChange={(checked) => mediaChoices.setState({ blur: checked })}
      />
      {processing.map((name) => (
        <Switch
          key={name}
          label={t(`settings.sound.${name}`)}
          note={t(`settings.soundMore.${name}`)}
          checked={sound[name]}
          onChange={(checked) => mediaChoices.setState({ sound: { ...sound, [name]: checked } })}
        />
      ))}
      <Switch
        label={t('settings.mutedHint')}
        note={t('settings.mutedHintMore')}
        checked={mutedHint}
        onChange={(checked) => mediaChoices.setState({ mutedHint: checked })}
      />
    </Section>
  );
}
