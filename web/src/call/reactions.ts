import type { Reaction } from '../../../src/protocol/values.ts';

/** What each reaction looks like; its name is in the words of the page. */
export const reactionSigns: Readonly<Record<Reaction, string>> = {
  thumbs_up: '👍',
  clap: '👏',
  heart: '❤️',
  laugh: '😄',
  surprise: '😮',
  party: '🎉',
};
