import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { displayName, type CallPerson } from '../../call/people.ts';
import { toneOfJoining, toneOfLeaving } from '../../call/sounds.ts';
import { useToast } from '../../parts/Toasts.tsx';
import { useCallState, usePeople } from './callContext.tsx';

/** Names of devices that are worn on the head. */
const headset = /head|ear|airpod|buds|hands-?free|耳机|耳麦/i;

/** Says that a device went away and which one took its place. */
function useReplacedDevices(): void {
  const { t } = useTranslation();
  const toast = useToast();
  const replaced = useCallState((state) => state.replaced);
  useEffect(() => {
    if (replaced === null) return;
    const { kind, gone, now } = replaced;
    const what = kind === 'mic' && headset.test(gone) ? 'headset' : kind;
    toast(t(`banner.replaced.${what}`, { now: now || t('banner.replaced.other') }));
  }, [replaced, toast, t]);
}

const gatherMs = 1500;
/** Tones are for small rounds: with more people in the call none is played. */
const tonesUpTo = 8;
const tonesEveryMs = 2000;
/** A result that stays away for so long is spoken, ms. */
const notCheckedMs = 10_000;

/** What happens to the people of the call, spoken politely and with quiet tones. Not for the eye. */
export function CallNews() {
  useReplacedDevices();
  const comings = useComings();
  const notChecked = useNotChecked();
  return (
    <>
      <Spoken text={comings} />
      <Spoken text={notChecked} />
    </>
  );
}

function Spoken({ text }: { text: string }) {
  return (
    <div className="sr" role="status" aria-live="polite">
      {text}
    </div>
  );
}

/** Who joined and left, gathered, so that a crowd is one sentence. */
function useComings(): string {
  const { t } = useTranslation();
  const peers = useCallState((state) => state.peers);
  const [text, setText] = useState('');
  const told = useRef<Map<string, string> | null>(null);
  const playTone = useTones();
  useEffect(() => {
    const names = new Map(peers.map(({ peerId, user }) => [peerId, displayName(user)]));
    told.current ??= names;
    playTone(new Set(names.keys()));
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
  }, [peers, t, playTone]);
  return text;
}

/** A short rise for a newcomer, a short fall for somebody who leaves; at most one in 2 s. */
function useTones(): (ids: ReadonlySet<string>) => void {
  const before = useRef<ReadonlySet<string> | null>(null);
  const playedAtMs = useRef(Number.NEGATIVE_INFINITY);
  const [play] = useState(() => (ids: ReadonlySet<string>): void => {
    const known = before.current;
    before.current = ids;
    const now = performance.now();
    if (known === null || ids.size + 1 > tonesUpTo || now - playedAtMs.current < tonesEveryMs) return;
    const joined = [...ids].some((id) => !known.has(id));
    if (!joined && ids.size === known.size) return;
    playedAtMs.current = now;
    if (joined) toneOfJoining();
    else toneOfLeaving();
  });
  return play;
}

/** Of whom there has been no result for 10 s, and why; once for each time that it happens. */
function useNotChecked(): string {
  const { t } = useTranslation();
  const { others } = usePeople();
  const [text, setText] = useState('');
  const told = useRef(new Set<string>());
  const without = others.filter(({ view }) => view.status === 'unscored');
  const latest = useRef<readonly CallPerson[]>(without);
  useEffect(() => {
    latest.current = without;
  });
  const key = without.map(({ peerId }) => peerId).join();
  useEffect(() => {
    const ids = new Set(key.split(','));
    for (const id of told.current) if (!ids.has(id)) told.current.delete(id);
    const timer = setTimeout(() => {
      const news = latest.current.filter(({ peerId }) => !told.current.has(peerId));
      for (const { peerId } of news) told.current.add(peerId);
      const sentences = news.map(({ name, view }) =>
        t('banner.notChecked', { name, reason: t(`sentence.reason.${view.reason ?? 'waiting'}`) }),
      );
      if (sentences.length > 0) setText(sentences.join(' '));
    }, notCheckedMs);
    return () => clearTimeout(timer);
  }, [key, t]);
  return text;
}
