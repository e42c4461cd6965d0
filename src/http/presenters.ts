import type { SignedIn } from '../auth/Accounts.ts';
import type { GuestLink } from '../auth/Guests.ts';
import type { Account, InvitedCall, SessionInfo } from '../auth/stores.ts';
import type { CallDetails, CallRecord } from '../calls/CallStore.ts';
import type {
  Call,
  GuestLink as GuestLinkView,
  Invitation,
  RouteResponse,
  SecurityEntry,
  Tokens,
  User,
} from '../protocol/rest.ts';
import type { Person } from '../protocol/signaling.ts';

/** How our objects look on the wire: every field is named here, so that nothing else can slip out. */

export function toUser(account: Account): User {
  const { id, username, email, fullName, role } = account;
  return { id, username, email, full_name: fullName, role };
}

export function toTokens(signedIn: SignedIn): Tokens {
  return {
    user: toUser(signedIn.user),
    access_token: signedIn.accessToken,
    token_type: 'Bearer',
    expires_in: signedIn.expiresInS,
    refresh_token: signedIn.refreshToken,
  };
}

export function toSession(
  session: SessionInfo,
  currentSessionId: string,
): RouteResponse<'sessions'>['sessions'][number] {
  return {
    id: session.sessionId,
    ip_address: session.ipAddress,
    user_agent: session.userAgent,
    created_at: session.createdAt.toISOString(),
    expires_at: session.expiresAt.toISOString(),
    current: session.sessionId === currentSessionId,
  };
}

export function toPerson(person: Person): Call['caller'] {
  return { id: person.id, username: person.username, full_name: person.fullName };
}

/** What somebody outside may know of a meeting: whose it is, and what it is called. */
export function toInvitation({ roomId, title, host, expiresAt }: InvitedCall): Invitation {
  const fullName = host.fullName.trim() || host.username;
  return { room_id: roomId, title, host: { full_name: fullName }, expires_at: expiresAt.toISOString() };
}

export function toGuestLink(link: GuestLink, origin: string): GuestLinkView {
  return {
    id: link.linkId,
    url: `${origin}/g/${link.text}`,
    created_at: link.createdAt.toISOString(),
    expires_at: link.expiresAt.toISOString(),
    guest_count: link.guestCount,
  };
}

/** The duration of a running call is the time since its start. */
export function toCall(record: CallRecord, now: Date): Call {
  const running = record.startTime !== null && record.endTime === null;
  return {
    id: record.id,
    room_id: record.roomId,
    caller: toPerson(record.caller),
    callee: record.callee && toPerson(record.callee),
    call_type: record.callType,
    title: record.title,
    lobby: record.lobby,
    status: record.status,
    start_time: record.startTime?.toISOString() ?? null,
    end_time: record.endTime?.toISOString() ?? null,
    duration: running ? secondsBetween(record.startTime, now) : record.durationS,
    end_reason: record.endReason,
    created_at: record.createdAt.toISOString(),
    participant_count: record.participantCount,
    security_status: record.securityStatus,
  };
}

/**
 * @param askerId - Sees of himself neither risk, confidence nor causes: they would tell an attacker how close he is
 *   to being found out.
 */
export function toCallDetails(details: CallDetails, askerId: string, now: Date): RouteResponse<'callDetails'> {
  return {
    call: toCall(details.call, now),
    participants: details.participants.map(({ user, role, joinedAt, leftAt }) => ({
      user_id: user.id,
      username: user.username,
      full_name: user.fullName,
      role,
      joined_at: joinedAt.toISOString(),
      left_at: leftAt?.toISOString() ?? null,
    })),
    security_timeline: details.security.map((scan) => toSecurityEntry(scan, askerId)),
    quality_timeline: details.quality.map((sample) => ({
      user_id: sample.userId,
      at: sample.at.toISOString(),
      score: sample.score,
      bitrate_bps: sample.bitrateBps,
      loss: sample.loss,
      rtt_ms: sample.rttMs,
      freeze_s: sample.freezeS,
    })),
    chat: details.chat.map(({ messageId, userId, username, fullName, sentAt, text }) => ({
      id: messageId,
      user_id: userId,
      name: fullName.trim() || username,
      at: sentAt.toISOString(),
      text,
    })),
  };
}

function toSecurityEntry(scan: CallDetails['security'][number], askerId: string): SecurityEntry {
  const own = scan.userId === askerId;
  return {
    user_id: scan.userId,
    at: scan.at.toISOString(),
    status: scan.status,
    assurance: scan.assurance,
    reason: scan.reason,
    risk: own ? null : oneDecimal(scan.risk),
    confidence: own ? null : oneDecimal(scan.confidence),
    causes: own ? [] : scan.causes,
  };
}

function oneDecimal(value: number | null): number | null {
  return value === null ? null : Math.round(value * 10) / 10;
}

function secondsBetween(start: Date | null, end: Date): number {
  return start === null ? 0 : Math.max(0, Math.floor((end.getTime() - start.getTime()) / 1000));
}
