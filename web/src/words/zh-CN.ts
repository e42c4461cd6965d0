import type { Words } from './types.ts';
import { accounts } from './zh-CN/accounts.ts';
import { call } from './zh-CN/call.ts';
import { checks } from './zh-CN/checks.ts';
import { pages } from './zh-CN/pages.ts';

/** 页面上的全部中文。键与 `en.ts` 相同；中文没有单复数，只用 `_other`。 */
export const zhCN: Words = {
  brand: 'Veritalk',
  language: { other: 'English', switch: '切换到英文' },
  loading: '正在加载…',
  offline: '您已离线。网络恢复后会自动继续。',
  ...pages,
  ...call,
  ...checks,
  ...accounts,
};
