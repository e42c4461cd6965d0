import { IconUsers } from '@tabler/icons-react';
import type { Presence } from '../../../src/protocol/values.ts';
import styles from './Avatar.module.css';

export interface AvatarProps {
  name: string;
  /** `fill` grows with the tile it is in. */
  size?: 'small' | 'normal' | 'large' | 'fill';
  presence?: Presence;
}

/** A person's first letter on a quiet colour of their own. Decoration: the name stands beside it. */
export function Avatar({ name, size = 'normal', presence }: AvatarProps) {
  const classes = [styles.avatar, size === 'normal' ? '' : styles[size], styles[`hue${hue(name)}`]];
  return (
    <span className={classes.join(' ')} data-presence={presence} aria-hidden>
      {firstLetter(name)}
    </span>
  );
}

export function MeetingAvatar() {
  return (
    <span className={`${styles.avatar} ${styles.meeting}`} aria-hidden>
      <IconUsers size={20} stroke={1.8} />
    </span>
  );
}

function firstLetter(name: string): string {
  const [letter = '?'] = name.trim();
  return letter.toLocaleUpperCase();
}

function hue(name: string): number {
  let sum = 0;
  for (const letter of name) sum = (sum * 31 + (letter.codePointAt(0) ?? 0)) % 9973;
  return sum % 8;
}
