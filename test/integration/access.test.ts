import assert from 'node:assert/strict';
import { once } from 'node:events';
import { routes, type RouteName } from '../../src/protocol/rest.ts';
import { requests, type RequestName } from '../../src/protocol/signaling.ts';
import { loadConfig } from '../../src/config.ts';
import { MeetingScene, registerPeople, type Asker, type People } from '../support/access/MeetingScene.ts';
import { restAccess, restInput, type RestAsker } from '../support/access/rest.ts';
import { socketAccess, socketInput, words } from '../support/access/sockets.ts';
import { openRawSocket } from '../support/rawSocket.ts';
import { routePath } from '../support/RestServer.ts';
import { RequestFailed } from '../support/SignalingClient.ts';
import { TestServer, password } from '../support/TestServer.ts';

const askers = [
  'anonymous',
  'guest',
  'stranger',
  'waiting',
  'left',
  'ejected',
  'participant',
  'admin',
  'host',
] as const;
/** After these the meeting is not what it was. */
const spoiling: readonly RouteName[] = ['endCall', 'adminEndCall', 'revokeGuestLink'];

/**
 * Who may ask what about a meeting: every REST route and every socket request, by everybody that there is. Each is
 * asked the same, about the host's own things or somebody in the meeting, and answered as the tables say.
 */
describe('access to a meeting', function () {
  this.timeout(60_000);
  let server: TestServer;
  let people: People;
  let scene: MeetingScene | null = null;
  const unhandled: unknown[] = [];
  const remember = (reason: unknown): void => void unhandled.push(reason);

  before(async () => {
    process.on('unhandledRejection', remember);
    const { auth } = loadConfig({ env: { NODE_ENV: 'test' }, cwd: new URL('../..', import.meta.url).pathname });
    const limits = { ...auth.limits, loginPerAccountAndAddress: 1000, loginPerAddress: 1000 };
    server = await TestServer.start({ auth: { limits }, calls: { maxActivePerUser: 1000 } });
    people = await registerPeople(server);
  });
  after(async () => {
    await scene?.close(server, people);
    await server.close();
    process.off('unhandledRejection', remember);
  });
  afterEach(() => assert.deepEqual(unhandled, []));

  async function fresh(): Promise<MeetingScene> {
    await scene?.close(server, people);
    scene = await MeetingScene.open(server, people);
    return scene;
  }

  /** Everybody is still where he was, and the host's camera is on: nobody who was refused has changed anything. */
  function assertUnchanged({ things }: MeetingScene, what: string): void {
    const call = server.server.calls.live(things.callId);
    assert.ok(call && !call.over && !call.door.locked, what);
    assert.equal(call.peers.get(things.targetId)?.state, 'joined', what);
    assert.equal(call.peers.get(things.waitingId)?.admitted, false, what);
    const host = call.presentPeers.filter(({ role }) => role === 'host');
    assert.deepEqual(
      host.map(({ user }) => user.id),
      [people.host.id],
    );
    const camera = host[0]?.endpoint?.sent.find(({ producer }) => producer.id === things.producerId);
    assert.equal(camera?.producer.paused, false, what);
  }

  describe('over REST', () => {
    it('is written down for every route', () => {
      assert.deepEqual(Object.keys(restAccess).sort(), Object.keys(routes).sort());
    });

    async function ask(name: RouteName, asker: RestAsker, { things, guestToken }: MeetingScene): Promise<string> {
      const { outsider, target } = people;
      const { sessionId } = await server.server.accounts.authenticate(target.token);
      const { callId, guestLink } = things;
      const other = { ...outsider, password };
      const { body, ...input } = restInput(name, { callId, guestLink, other, busy: target.username, sessionId });
      const account = asker === 'anonymous' || asker === 'guest' ? null : people[asker];
      const token = asker === 'guest' ? guestToken : (account?.token ?? null);
      // Signing out has a session of its own, so that the asker keeps his.
      const own = name === 'logout' && account ? await server.login(account) : token;
      const { method, status, response } = routes[name];
      const answer = await server.fetch(own, method.toUpperCase(), routePath(name, input), body);
      const text = await answer.text();
      if (answer.ok) {
        assert.equal(answer.status, status);
        if (status !== 204) response.parse(JSON.parse(text));
      }
      return String(answer.status);
    }

    for (const name of Object.keys(routes) as RouteName[]) {
      it(`${name} is answered as the table says`, async () => {
        const now = spoiling.includes(name) || !scene ? await fresh() : scene;
        const answers: Record<string, string> = {};
        for (const asker of askers) {
          answers[asker] = await ask(name, asker, now);
          if (asker === 'participant') assertUnchanged(now, name);
        }
        if (spoiling.includes(name)) await fresh();
        assert.deepEqual(answers, Object.fromEntries(askers.map((asker) => [asker, restAccess[name][asker]])));
      });
    }
  });

  describe('over sockets', () => {
    it('is written down for every request', () => {
      assert.deepEqual(Object.keys(socketAccess).sort(), Object.keys(requests).sort());
    });

    for (const name of Object.keys(requests) as RequestName[]) {
      it(`${name} is answered as the table says`, async () => {
        const now = await fresh();
        const ids = { host: people.host.id, outsider: people.outsider.id, token: people.host.token };
        const input = socketInput(name, now.things, ids);
        const answers: Record<string, string> = {};
        for (const asker of Object.keys(socketAccess[name]) as Asker[]) {
          if (asker === 'host' && name !== 'leave') assertUnchanged(now, name);
          answers[asker] = await now
            .page(asker)
            .raw(name, input)
            .then(
              () => 'yes',
              (error: unknown) => {
                if (!(error instanceof RequestFailed)) throw error;
                return words[error.code] ?? error.code;
              },
            );
        }
        assert.deepEqual(answers, socketAccess[name]);
      });
    }

    it('nobody is answered who has not signed in', async () => {
      const { things } = scene ?? (await fresh());
      const ids = { host: people.host.id, outsider: people.outsider.id, token: people.host.token };
      await Promise.all(
        (Object.keys(requests) as RequestName[]).map(async (name) => {
          const socket = await openRawSocket(server.url);
          const heard: string[] = [];
          socket.on('message', (data: Buffer) => heard.push(String(data)));
          socket.send(`420${JSON.stringify([name, socketInput(name, things, ids)])}`);
          await once(socket, 'close');
          assert.ok(
            heard.every((packet) => !packet.startsWith('4')),
            `${name}: ${heard.join()}`,
          );
        }),
      );
    });
  });
});
