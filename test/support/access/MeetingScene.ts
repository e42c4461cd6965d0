import { routes, type RouteResponse } from '../../../src/protocol/rest.ts';
import { consent, SignalingClient } from '../SignalingClient.ts';
import type { Account, TestServer } from '../TestServer.ts';

/** With an account; the scene says what each does in the meeting. */
const members = ['host', 'participant', 'held', 'prepared', 'waiting', 'left', 'ejected', 'stranger', 'admin'] as const;
/** Whom things are done to: `target` is in the meeting, `outsider` is not, and has no page open. */
const passive = ['target', 'outsider'] as const;

export type Member = (typeof members)[number];
export type Asker = Member | 'guest';
export type People = Record<Member | (typeof passive)[number], Account>;

export async function registerPeople(server: TestServer): Promise<People> {
  const names = [...members, ...passive];
  const accounts = await Promise.all(names.map((name) => server.register(`the-${name}`)));
  await server.server.accounts.admin.setRole(accounts[names.indexOf('admin')]?.id ?? '', 'admin');
  await server.server.accounts.recheck([]);
  return Object.fromEntries(names.map((name, i) => [name, accounts[i]])) as People;
}

/** What requests are about: things of the host's, and people in the meeting. */
export interface Things {
  callId: string;
  roomId: string;
  /** A good one into this meeting, and its id. */
  guestLink: { id: string; text: string };
  /** Transport, camera and a consumer of the host's. */
  transportId: string;
  producerId: string;
  consumerId: string;
  /** Peers in the meeting and at its door. */
  targetId: string;
  waitingId: string;
  /** The enforced mute of the target. */
  actionId: string;
}

/** A meeting with a waiting room, in which somebody is in every state that one can be in. */
export class MeetingScene {
  readonly things: Things;
  readonly guestToken: string;
  readonly #clients: Record<Asker | 'target', SignalingClient>;

  private constructor(things: Things, guestToken: string, clients: Record<Asker | 'target', SignalingClient>) {
    this.things = things;
    this.guestToken = guestToken;
    this.#clients = clients;
  }

  static async open(server: TestServer, people: People): Promise<MeetingScene> {
    const connect = (token: string): Promise<SignalingClient> => SignalingClient.connect(server.url, token);
    const { call, room_id: roomId } = await server.startCall(people.host, { lobby: true });
    const [host, target] = await Promise.all([connect(people.host.token), connect(people.target.token)]);
    const { sendId, producers } = await host.prepare(roomId);
    await host.join(roomId);

    const post = (path: string, token: string | null, body: object): Promise<unknown> =>
      server.fetch(token, 'POST', path, body).then((response) => response.json());
    const made = await post(routes.makeGuestLink.path.replace(':id', call.id), people.host.token, {});
    const { link } = made as RouteResponse<'makeGuestLink'>;
    const text = link.url.split('/g/')[1] ?? '';
    const signedIn = (await post(routes.signInAsGuest.path, null, { link: text, name: 'Mira' })) as {
      access_token: string;
    };

    const enter = async (client: SignalingClient): Promise<[SignalingClient, string]> => {
      const { self } = await client.request('join', { roomId, consent });
      await host.request('admitPeer', { peerId: self.peerId });
      await client.next('admitted');
      return [client, self.peerId];
    };
    const arrive = async (token: string): Promise<[SignalingClient, string]> => enter(await connect(token));
    await target.prepare(roomId);
    const [, targetId] = await enter(target);
    const { consumerId } = await host.next('newConsumer');
    const [[participant], [held, heldId], [left], [ejected, ejectedId], [guest]] = await Promise.all([
      arrive(people.participant.token),
      arrive(people.held.token),
      arrive(people.left.token),
      arrive(people.ejected.token),
      arrive(signedIn.access_token),
    ]);
    const [stranger, admin, prepared, waiting] = await Promise.all(
      (['stranger', 'admin', 'prepared', 'waiting'] as const).map((name) => connect(people[name].token)),
    );
    if (!stranger || !admin || !prepared || !waiting) throw new Error('somebody did not come');
    await prepared.request('prepare', { roomId, consent });
    const { self } = await waiting.request('join', { roomId, consent });
    await left.request('leave', {});
    await host.request('ejectPeer', { peerId: ejectedId });
    await ejected.next('callEnded');
    const { actionId } = await host.request('muteProducer', { peerId: targetId, enforced: true });
    const live = server.server.calls.live(call.id);
    if (live) await server.server.calls.moderation.hold(live, heldId, 'frozen');
    await held.next('heldChanged');

    const things: Things = {
      callId: call.id,
      roomId,
      guestLink: { id: link.id, text },
      transportId: sendId,
      producerId: producers.camera ?? '',
      consumerId,
      targetId,
      waitingId: self.peerId,
      actionId,
    };
    const clients = { host, participant, held, prepared, waiting, left, ejected, stranger, admin, guest, target };
    return new MeetingScene(things, signedIn.access_token, clients);
  }

  page(asker: Asker): SignalingClient {
    return this.#clients[asker];
  }

  /** Ends the meeting, if it is not over, and closes all pages. */
  async close(server: TestServer, people: People): Promise<void> {
    await server.fetch(people.host.token, 'POST', routes.endCall.path, { call_id: this.things.callId });
    for (const client of Object.values(this.#clients)) client.close();
  }
}
