import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { displayName } from '../../call/people.ts';
import { useCallState } from './callContext.tsx';

const gatherMs = 1500;

/** Who joined and left, spoken politely and gathered, so that a crowd is one sentence. Not for the eye. */
export function CallNews() {
  const { t } = useTranslation();
  const peers = useCallState((state) => state.peers);
  const [text, setText] = useState('');
  const told = useRef<Map<string, string> | null>(null);
  useEffect(() => {
    const names = new Map(peers.map(({ peerId, user }) => [peerId, displayName(user)]));
    told.current ??= names;
    const timer = setTimeout(() => {
      const before = told.current ?? names;
      const joined = [...names].filter(([id]) => !before.has(id)).map(([, name]) => name);
      const left = [...before].filter(([id]) => !names.has(id)).map(([, name]) => name);
      told.current = names;
      const news = [
        joined.length > 0 && t('banner.joined', { count: joined.length, name: joined[0] ?? '' }),
        left.length > 0 && t('banner.left', { count: left.length, name: left[0] ?? '' }),
      ];
      if (joined.length + left.length > 0) setText(news.filter(Boolean).join(' '));
    }, gatherMs);
    return () => clearTimeout(timer);
  }, [peers, t]);
  return (
    <div className="sr" role="status" aria-live="polite">
      {text}
    </div>
  );
}
