import { useEffect, type RefObject } from 'react';

/**
 * Makes a group one stop of the Tab key: only one of its items can be reached by Tab, the one that had the focus last;
 * arrow keys are the group's own affair. When the item with the focus goes, its neighbour gets the focus.
 *
 * @param selector - CSS selector of the items. They must not set a tabindex themselves.
 */
export function useRoving(root: RefObject<HTMLElement | null>, selector: string): void {
  useEffect(() => {
    const group = root.current;
    if (!group) return;
    let current: HTMLElement | null = null;
    let index = 0;
    let focused = false;
    const items = (): HTMLElement[] => [...group.querySelectorAll<HTMLElement>(selector)];
    const arrange = (): void => {
      const all = items();
      if (!current || !all.includes(current)) {
        current = all[Math.min(index, all.length - 1)] ?? null;
        if (focused && document.activeElement === document.body) current?.focus();
      }
      index = Math.max(0, current ? all.indexOf(current) : 0);
      for (const item of all) item.tabIndex = item === current ? 0 : -1;
    };
    const handleFocus = ({ target }: FocusEvent): void => {
      focused = true;
      const item = items().find((one) => one.contains(target as Node));
      if (!item) return;
      current = item;
      arrange();
    };
    // An element that is removed loses the focus without telling.
    const handleBlur = (): void => {
      focused = false;
    };
    const observer = new MutationObserver(arrange);
    observer.observe(group, { childList: true, subtree: true });
    group.addEventListener('focusin', handleFocus);
    group.addEventListener('focusout', handleBlur);
    arrange();
    return () => {
      observer.disconnect();
      group.removeEventListener('focusin', handleFocus);
      group.removeEventListener('focusout', handleBlur);
    };
  }, [root, selector]);
}
