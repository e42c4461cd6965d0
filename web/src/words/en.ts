import { accounts } from './en/accounts.ts';
import { call } from './en/call.ts';
import { checks } from './en/checks.ts';
import { pages } from './en/pages.ts';
/** Every word of the page in English. `zh-CN.ts` has the same keys; plural forms end in `_one` and `_other`. */
export const en = {
  brand: 'Veritalk',
  language: { other: '中文', switch: 'Switch to Chinese' },
  loading: 'Loading…',
  offline: 'You are offline. Everything goes on by itself when the network is back.',
  ...pages,
  ...call,
  ...checks,
  ...accounts,
} as const;
