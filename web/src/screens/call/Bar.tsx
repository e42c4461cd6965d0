import { Menu } from '@mantine/core';
import {
  IconChartBar,
  IconChevronDown,
  IconDots,
  IconHandStop,
  IconKeyboard,
  IconLayoutGrid,
  IconLayoutSidebarRight,
  IconLink,
  IconMaximize,
  IconPictureInPicture,
  IconMessage,
  IconScreenShare,
  IconScreenShareOff,
  IconShieldSearch,
  IconUsers,
} from '@tabler/icons-react';
import { useRef, type KeyboardEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { reaction } from '../../../../src/protocol/values.ts';
import { useUser } from '../../app/context.tsx';
import { unreadOf } from '../../call/chat.ts';
import { reactionSigns } from '../../call/reactions.ts';
import { canShareScreen } from '../../call/media/devices.ts';
import { HangUpIcon } from '../../parts/Mark.tsx';
import { useNarrow } from '../../parts/useNarrow.ts';
import { useCall, useCallState, usePeople } from './callContext.tsx';
import { BarButton } from './BarButton.tsx';
import { BarMenu } from './BarMenu.tsx';
import { DeviceButton } from './DeviceButton.tsx';
import { useLayout } from './layout.ts';
import { usePanel } from './panel.ts';
import { canFillScreen, toggleFullScreen } from './useShortcuts.ts';
import { canFloat, togglePictureInPicture } from './pictureInPicture.ts';
import { toggleStats } from './StatsPanel.tsx';
import { useRoving } from './useRoving.ts';
import { useCopyInvitation } from './useCopyInvitation.ts';
import styles from './Bar.module.css';

/** The bar of the call. On a phone what does not fit is in "more", with the same test ids. */
export function Bar({ onShortcuts }: { onShortcuts: () => void }) {
  const { t } = useTranslation();
  const narrow = useNarrow();
  const root = useRef<HTMLDivElement>(null);
  useRoving(root, barButtons);
  return (
    <div
      ref={root}
      className={styles.bar}
      role="toolbar"
      aria-label={t('call.controls')}
      id="call-controls"
      onKeyDown={moveFocus}
    >
      <DeviceButton kind="mic" />
      <DeviceButton kind="camera" />
      {!narrow && <ShareButton />}
      {!narrow && <HandButton />}
      <span className={styles.separator} aria-hidden />
      {!narrow && <PeopleButton />}
      {!narrow && <ChatButton />}
      <SecurityButton />
      <MoreMenu narrow={narrow} onShortcuts={onShortcuts} />
      <span className={styles.separator} aria-hidden />
      <HangUp narrow={narrow} />
    </div>
  );
}

/** Not the items of its menus, which move the focus themselves. */
const barButtons = 'button:not([role="menuitem"])';

/** Arrow keys move within the bar, as in every toolbar. */
function moveFocus(event: KeyboardEvent<HTMLElement>): void {
  const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
  if (step === undefined) return;
  const buttons = [...event.currentTarget.querySelectorAll<HTMLElement>(`${barButtons}:not(:disabled)`)];
  const index = buttons.indexOf(document.activeElement as HTMLElement);
  if (index === -1) return;
  event.preventDefault();
  buttons[(index + step + buttons.length) % buttons.length]?.focus();
}

function ShareButton() {
  const { t } = useTranslation();
  const call = useCall();
  const sharing = useCallState((state) => state.own.screen !== null);
  if (!canShareScreen()) return null;
  const Icon = sharing ? IconScreenShareOff : IconScreenShare;
  return (
    <BarButton
      label={sharing ? t('call.stopShare') : t('call.share')}
      shortcut="S"
      data-testid="share-screen"
      data-active={sharing || undefined}
      onClick={() => void call.toggleScreen()}
    >
      <Icon size={23} stroke={1.8} aria-hidden />
    </BarButton>
  );
}

function HandButton() {
  const { t } = useTranslation();
  const call = useCall();
  const { hand } = usePeople().self;
  return (
    <BarButton
      label={hand === null ? t('call.raiseHand') : t('call.lowerHand')}
      shortcut="H"
      data-testid="raise-hand"
      data-active={hand !== null || undefined}
      onClick={() => void call.signs.raiseHand(hand === null).catch(() => undefined)}
    >
      <IconHandStop size={23} stroke={1.8} aria-hidden />
    </BarButton>
  );
}

/** A row of signs on top of the menu. */
function Reactions() {
  const { t } = useTranslation();
  const call = useCall();
  return (
    <div className={styles.reactions} role="group" aria-label={t('reaction.title')}>
      {reaction.options.map((name) => (
        <Menu.Item
          key={name}
          className={styles.reaction ?? ''}
          aria-label={t(`reaction.${name}`)}
          title={t(`reaction.${name}`)}
          data-testid={`react-${name}`}
          onClick={() => void call.signs.react(name).catch(() => undefined)}
        >
          {reactionSigns[name]}
        </Menu.Item>
      ))}
    </div>
  );
}

function PeopleButton() {
  const { t } = useTranslation();
  const { panel, toggle } = usePanel();
  const count = useCallState((state) => state.peers.length + 1);
  return (
    <BarButton
      label={t('call.people', { count })}
      shortcut="P"
      data-testid="open-people"
      aria-expanded={panel === 'people'}
      onClick={() => toggle('people')}
    >
      <IconUsers size={23} stroke={1.8} aria-hidden />
    </BarButton>
  );
}

function ChatButton() {
  const { t } = useTranslation();
  const { panel, toggle } = usePanel();
  const unread = useUnread();
  return (
    <BarButton
      label={unread > 0 ? t('call.chatUnread', { count: unread }) : t('call.chat')}
      shortcut="C"
      data-testid="open-chat"
      aria-expanded={panel === 'chat'}
      onClick={() => toggle('chat')}
    >
      <IconMessage size={23} stroke={1.8} aria-hidden />
      {unread > 0 && (
        <span className={`${styles.count} ${styles.unread}`} aria-hidden>
          {unread > 99 ? '99+' : unread}
        </span>
      )}
    </BarButton>
  );
}

function useUnread(): number {
  const own = useUser().id;
  return useCallState((state) => unreadOf(state.chat, own).length);
}

function SecurityButton() {
  const { t } = useTranslation();
  const { panel, toggle } = usePanel();
  const count = usePeople().others.filter(({ view }) => view.status === 'risk').length;
  return (
    <BarButton
      label={count > 0 ? t('call.securityRisk', { count }) : t('call.security')}
      shortcut="I"
      data-testid="open-security"
      aria-expanded={panel === 'security'}
      onClick={() => toggle('security')}
    >
      <IconShieldSearch size={23} stroke={1.8} aria-hidden />
      {count > 0 && (
        <span className={styles.count} aria-hidden>
          {count}
        </span>
      )}
    </BarButton>
  );
}

function MoreMenu({ narrow, onShortcuts }: { narrow: boolean; onShortcuts: () => void }) {
  const { t } = useTranslation();
  const call = useCall();
  const { toggle } = usePanel();
  const copy = useCopyInvitation();
  const sharing = useCallState((state) => state.own.screen !== null);
  const count = useCallState((state) => state.peers.length + 1);
  const isMeeting = useCallState((state) => state.call?.callee === null);
  const ends = useCanEndForAll();
  const unread = useUnread();
  const { hand } = usePeople().self;
  const layout = useLayout();
  // Between two there is nothing to choose.
  const others = useCallState((state) => state.peers.length > 1);
  const LayoutIcon = layout.spotlight ? IconLayoutGrid : IconLayoutSidebarRight;
  const icon = { size: 20, stroke: 1.8, 'aria-hidden': true };
  return (
    <BarMenu position="top-end">
      <Menu.Target>
        <BarButton
          label={narrow && unread > 0 ? t('call.moreUnread', { count: unread }) : t('call.more')}
          data-testid="more"
        >
          <IconDots size={23} stroke={1.8} aria-hidden />
          {narrow && unread > 0 && <span className={styles.dot} aria-hidden />}
        </BarButton>
      </Menu.Target>
      <Menu.Dropdown>
        <Reactions />
        {narrow && (
          <Menu.Item
            leftSection={<IconHandStop {...icon} />}
            data-testid="raise-hand"
            onClick={() => void call.signs.raiseHand(hand === null).catch(() => undefined)}
          >
            {hand === null ? t('call.raiseHand') : t('call.lowerHand')}
          </Menu.Item>
        )}
        {narrow && others && (
          <Menu.Item leftSection={<LayoutIcon {...icon} />} data-testid="layout" onClick={layout.toggle}>
            {layout.spotlight ? t('call.showGrid') : t('call.showSpotlight')}
          </Menu.Item>
        )}
        {narrow && canShareScreen() && (
          <Menu.Item
            leftSection={<IconScreenShare {...icon} />}
            data-testid="share-screen"
            onClick={() => void call.toggleScreen()}
          >
            {sharing ? t('call.stopShare') : t('call.share')}
          </Menu.Item>
        )}
        {narrow && (
          <Menu.Item leftSection={<IconUsers {...icon} />} data-testid="open-people" onClick={() => toggle('people')}>
            {t('call.people', { count })}
          </Menu.Item>
        )}
        {narrow && (
          <Menu.Item leftSection={<IconMessage {...icon} />} data-testid="open-chat" onClick={() => toggle('chat')}>
            {unread > 0 ? t('call.chatUnread', { count: unread }) : t('call.chat')}
          </Menu.Item>
        )}
        {isMeeting && (
          <Menu.Item leftSection={<IconLink {...icon} />} onClick={() => void copy()}>
            {t('call.invite')}
          </Menu.Item>
        )}
        {canFillScreen() && (
          <Menu.Item leftSection={<IconMaximize {...icon} />} onClick={() => void toggleFullScreen()}>
            {t('call.fullScreen')}
          </Menu.Item>
        )}
        {canFloat() && (
          <Menu.Item leftSection={<IconPictureInPicture {...icon} />} onClick={() => void togglePictureInPicture()}>
            {t('call.float')}
          </Menu.Item>
        )}
        <Menu.Item leftSection={<IconChartBar {...icon} />} onClick={toggleStats}>
          {t('stats.title')}
        </Menu.Item>
        {narrow && ends && <EndForAll />}
        {!narrow && (
          <Menu.Item leftSection={<IconKeyboard {...icon} />} onClick={onShortcuts}>
            {t('call.shortcuts')}
          </Menu.Item>
        )}
      </Menu.Dropdown>
    </BarMenu>
  );
}

/** Hanging up asks nothing. The host of a meeting finds "end for everyone" in the small menu beside it. */
function HangUp({ narrow }: { narrow: boolean }) {
  const { t } = useTranslation();
  const call = useCall();
  const ends = useCanEndForAll();
  return (
    <span className={styles.split}>
      <BarButton
        className={styles.hangUp}
        label={t('call.hangUp')}
        data-testid="hang-up"
        onClick={() => void call.leave().catch(() => undefined)}
      >
        <HangUpIcon />
      </BarButton>
      {ends && !narrow && (
        <BarMenu position="top-end">
          <Menu.Target>
            <BarButton className={styles.caret} label={t('call.endMenu')}>
              <IconChevronDown size={16} stroke={1.8} aria-hidden />
            </BarButton>
          </Menu.Target>
          <Menu.Dropdown>
            <Menu.Item onClick={() => void call.leave().catch(() => undefined)}>{t('call.leave')}</Menu.Item>
            <EndForAll />
          </Menu.Dropdown>
        </BarMenu>
      )}
    </span>
  );
}

function useCanEndForAll(): boolean {
  return useCallState((state) => state.call?.callee === null && state.self?.role === 'host' && state.peers.length > 0);
}

function EndForAll() {
  const { t } = useTranslation();
  const call = useCall();
  return (
    <Menu.Item color="var(--risk)" onClick={() => void call.endForAll().catch(() => undefined)}>
      {t('call.endForAll')}
    </Menu.Item>
  );
}
