import { Menu, type MenuProps } from '@mantine/core';

/** A menu of the bar. It opens within the page's landmarks, and its first item has the focus. */
export function BarMenu(props: Pick<MenuProps, 'position' | 'onOpen' | 'children'>) {
  return <Menu offset={14} withinPortal={false} withInitialFocusPlaceholder={false} {...props} />;
}
