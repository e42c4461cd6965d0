import type { TFunction } from 'i18next';
import type { Language } from './types.ts';

/** Times and numbers as people read them. Pure: the language and the present come in as arguments. */

/** `14:22`. */
export function clockTime(ms: number, language: Language): string {
  return new Intl.DateTimeFormat(language, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }).format(ms);
}

/** `14:22:08`. */
export function clockTimeSeconds(ms: number, language: Language): string {
  const options = { hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' } as const;
  return new Intl.DateTimeFormat(language, options).format(ms);
}

/** Running length of a call: `12:40`, from an hour on `1:02:40`. */
export function stopwatch(seconds: number): string {
  const total = Math.max(0, Math.floor(seconds));
  const two = (n: number): string => String(n).padStart(2, '0');
  const h = Math.floor(total / 3600);
  const m = Math.floor((total % 3600) / 60);
  return h > 0 ? `${h}:${two(m)}:${two(total % 60)}` : `${two(m)}:${two(total % 60)}`;
}

/** Length in words: seconds under a minute, minutes under an hour. `exact` adds the smaller unit. */
export function durationWords(seconds: number, t: TFunction, exact = false): string {
  const total = Math.max(0, Math.round(seconds));
  const h = Math.floor(total / 3600);
  const m = Math.floor((total % 3600) / 60);
  const s = total % 60;
  if (h > 0) return m > 0 ? t('time.duration.hm', { h, m }) : t('time.duration.h', { h });
  if (m > 0) return exact && s > 0 ? t('time.duration.ms', { m, s }) : t('time.duration.m', { m });
  return t('time.duration.s', { s });
}

/** Relative under an hour: `4 s ago`. */
export function ago(ageMs: number, t: TFunction): string {
  const seconds = Math.max(0, Math.round(ageMs / 1000));
  if (seconds < 1) return t('time.now');
  return seconds < 60
    ? t('time.secondsAgo', { count: seconds })
    : t('time.minutesAgo', { count: Math.floor(seconds / 60) });
}

/** Whole days between two moments by the local calendar; 0 is the same day. */
export function daysBetween(earlierMs: number, laterMs: number): number {
  const midnight = (ms: number): number => new Date(ms).setHours(0, 0, 0, 0);
  return Math.round((midnight(laterMs) - midnight(earlierMs)) / 86_400_000);
}

/** `Today 14:20`, `Yesterday 17:42`, `12 May 09:30`. */
export function dayAndTime(ms: number, nowMs: number, t: TFunction, language: Language): string {
  const time = clockTime(ms, language);
  switch (daysBetween(ms, nowMs)) {
    case 0:
      return t('time.today', { time });
    case 1:
      return t('time.yesterday', { time });
    default:
      return `${dayName(ms, nowMs, language)} ${time}`;
  }
}

/** `12 May`, with the year when it is not this one. */
export function dayName(ms: number, nowMs: number, language: Language): string {
  const sameYear = new Date(ms).getFullYear() === new Date(nowMs).getFullYear();
  const year = sameYear ? {} : ({ year: 'numeric' } as const);
  return new Intl.DateTimeFormat(language, { day: 'numeric', month: 'long', ...year }).format(ms);
}

/** One decimal, as the server sends scores. */
export function score(value: number): string {
  return value.toFixed(1);
}
