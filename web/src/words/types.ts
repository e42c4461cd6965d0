import type { en } from './en.ts';

export type Language = 'zh-CN' | 'en';

/** The shape of a language: English's keys without the singular forms that other languages may lack. */
type Translated<T> = {
  readonly [K in keyof T as K extends `${string}_one` ? never : K]: T[K] extends string ? string : Translated<T[K]>;
};
export type Words = Translated<typeof en>;

declare module 'i18next' {
  interface CustomTypeOptions {
    defaultNS: 'translation';
    resources: { translation: typeof en };
  }
}
