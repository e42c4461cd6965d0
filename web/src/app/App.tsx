import { MantineProvider } from '@mantine/core';
import { useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import { Redirect, Route, Switch, useLocation, useRoute } from 'wouter';
import { useStore } from 'zustand';
import { AdminScreen } from '../screens/AdminScreen.tsx';
import { AuthScreen } from '../screens/AuthScreen.tsx';
import { ConsentDialog } from '../screens/ConsentDialog.tsx';
import { DetailsScreen } from '../screens/DetailsScreen.tsx';
import { GuestEnded } from '../screens/GuestEnded.tsx';
import { GuestScreen } from '../screens/GuestScreen.tsx';
import { HistoryScreen } from '../screens/HistoryScreen.tsx';
import { HomeScreen } from '../screens/HomeScreen.tsx';
import { IncomingDialog } from '../screens/IncomingDialog.tsx';
import { NetworkScreen } from '../screens/NetworkScreen.tsx';
import { NotFoundScreen } from '../screens/NotFoundScreen.tsx';
import { SettingsScreen } from '../screens/SettingsScreen.tsx';
import { UnreachableScreen } from '../screens/UnreachableScreen.tsx';
import { displayName } from '../call/people.ts';
import { DeviceError } from '../call/media/devices.ts';
import { preferences } from '../session/preferences.ts';
import { Toasts, useToast } from '../parts/Toasts.tsx';
import type { Client } from './Client.ts';
import { ClientContext, useCalls, useSession, useRole } from './context.tsx';
import { CurrentCallView, preloadCall, RingingCall } from './CurrentCallView.tsx';
import { errorWords } from './errorWords.ts';
import { ErrorBoundary } from './ErrorBoundary.tsx';
import { Frame } from './Frame.tsx';
import { Offline } from './Offline.tsx';
import { theme } from './theme.ts';

/** The first screen comes first, ms. */
const preloadAfterMs = 800;

export function App({ client }: { client: Client }) {
  const scheme = useStore(preferences, (state) => state.theme);
  // Element attributes and words follow the language.
  useTranslation();
  return (
    <ClientContext value={client}>
      <MantineProvider
        theme={theme}
        defaultColorScheme="auto"
        {...(scheme === 'auto' ? {} : { forceColorScheme: scheme })}
        withCssVariables={false}
        withGlobalClasses={false}
      >
        <ErrorBoundary>
          <Toasts>
            <Door />
          </Toasts>
        </ErrorBoundary>
      </MantineProvider>
    </ClientContext>
  );
}

/** Sign-in first; a link that was opened without is still in the address afterwards. */
function Door() {
  const status = useStore(useSession().store, (state) => state.status);
  const [, invited] = useRoute('/g/:link');
  if (invited && (status === 'signed-out' || status === 'signed-in')) return <GuestScreen link={invited.link} />;
  switch (status) {
    case 'restoring':
      return null;
    case 'unreachable':
      return <UnreachableScreen />;
    case 'signed-out':
      return <AuthScreen />;
    case 'signed-in':
      return <SignedIn />;
    case 'guest':
      return <GuestRoom />;
  }
}

function usePreload(): void {
  useEffect(() => {
    // What does not arrive now is asked for again by the call itself.
    const timer = setTimeout(() => void preloadCall().catch(() => undefined), preloadAfterMs);
    return () => clearTimeout(timer);
  }, []);
}

/** All of the page that a guest has: the meeting that he was invited to. */
function GuestRoom() {
  const roomId = useStore(useSession().store, (state) => (state.status === 'guest' ? state.roomId : ''));
  const current = useStore(useCalls().store, (state) => state.current);
  const [path, navigate] = useLocation();
  usePreload();
  useEffect(() => {
    if (path !== `/m/${roomId}`) navigate(`/m/${roomId}`, { replace: true });
  }, [path, roomId, navigate]);
  return (
    <>
      {current ? <CurrentCallView key={current.roomId} current={current} /> : <GuestEnded roomId={roomId} />}
      <ConsentDialog />
      <MeetingDoor />
      <News />
    </>
  );
}

function SignedIn() {
  const current = useStore(useCalls().store, (state) => state.current);
  const ready = useStore(useCalls().store, (state) => state.ready);
  usePreload();
  return (
    <>
      {!current && <Offline />}
      {current ? <CurrentCallView key={current.roomId} current={current} /> : <Places />}
      <IncomingDialog />
      {ready && <RingingCall client={ready} />}
      <ConsentDialog />
      <MeetingDoor />
      <HomeAfterCall />
      <News />
    </>
  );
}

function Places() {
  const admin = useRole() === 'admin';
  return (
    <Switch>
      <Route path="/">
        <Frame>
          <HomeScreen />
        </Frame>
      </Route>
      <Route path="/history">
        <Frame>
          <HistoryScreen />
        </Frame>
      </Route>
      <Route path="/calls/:id">
        {({ id }) => (
          <Frame>
            <DetailsScreen callId={id} />
          </Frame>
        )}
      </Route>
      <Route path="/network">
        <Frame>
          <NetworkScreen />
        </Frame>
      </Route>
      <Route path="/settings">
        <Frame>
          <SettingsScreen />
        </Frame>
      </Route>
      <Route path="/admin">
        <Frame>{admin ? <AdminScreen /> : <NotFoundScreen code={null} />}</Frame>
      </Route>
      <Route path="/invite/:token">
        <Redirect to="/" replace />
      </Route>
      <Route path="/m/:roomId">{({ roomId }) => <ClosedDoor roomId={roomId} />}</Route>
      <Route>
        <Frame>
          <NotFoundScreen code={null} />
        </Frame>
      </Route>
    </Switch>
  );
}

/** Opens the meeting that the address names, and goes home when the question about the checks is closed unanswered. */
function MeetingDoor() {
  const calls = useCalls();
  const [, params] = useRoute('/m/:roomId');
  const [, navigate] = useLocation();
  const roomId = params?.roomId;
  useEffect(() => {
    if (roomId === undefined) return;
    void calls.openMeeting(roomId).then((opened) => {
      if (!opened) navigate('/');
    });
  }, [calls, roomId, navigate]);
  return null;
}

/** What stands behind a meeting's link while there is no call: nothing yet, or why it does not open. */
function ClosedDoor({ roomId }: { roomId: string }) {
  const refused = useStore(useCalls().store, (state) => state.refused);
  return refused?.roomId === roomId ? <NotFoundScreen code={refused.code} /> : null;
}

/** A call that ends brings the page home, wherever it was. */
function HomeAfterCall() {
  const ended = useStore(useCalls().store, (state) => state.ended);
  const [, navigate] = useLocation();
  useEffect(() => {
    // A call that nobody took was never entered, so it leads nowhere.
    if (ended !== null && ended.code !== 'UNANSWERED') navigate('/');
  }, [ended, navigate]);
  return null;
}

/** Says what happened outside a call; inside, the call has a banner for it. */
function News() {
  const { t } = useTranslation();
  const toast = useToast();
  const calls = useCalls();
  // In a call it is a quiet word; the way to call back stands on the home screen afterwards.
  const missed = useStore(calls.store, (state) => (state.current === null ? undefined : state.missed[0]));
  useEffect(() => {
    if (missed) toast(t('home.calledYou', { name: displayName(missed.from) }));
  }, [missed, toast, t]);
  const trouble = useStore(calls.store, (state) => (state.current === null ? state.trouble : null));
  useEffect(() => {
    if (trouble !== null && !(trouble.error instanceof DeviceError)) toast(errorWords(trouble.error, t));
  }, [trouble, toast, t]);
  const answeredElsewhereAtMs = useStore(calls.store, (state) => state.answeredElsewhereAtMs);
  useEffect(() => {
    if (answeredElsewhereAtMs !== null) toast(t('incoming.elsewhere'));
  }, [answeredElsewhereAtMs, toast, t]);
  return null;
}
