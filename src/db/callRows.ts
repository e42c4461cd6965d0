import type { AdoptedCall, CallRecord } from '../calls/CallStore.ts';
import type { AssessmentStatus } from '../protocol/assessment.ts';
import type { Person } from '../protocol/signaling.ts';
import type { CallStatus, CallType, EndReason } from '../protocol/values.ts';

export interface CallRow {
  uuid: string;
  room_id: string;
  caller_uuid: string;
  caller_username: string;
  caller_full_name: string;
  callee_uuid: string | null;
  callee_username: string | null;
  callee_full_name: string | null;
  call_type: CallType;
  title: string | null;
  lobby: boolean;
  locked: boolean;
  status: CallStatus;
  start_time: Date | null;
  end_time: Date | null;
  duration: number;
  end_reason: EndReason | null;
  created_at: Date;
  last_seen_at: Date;
  participant_count: number;
  security_status: AssessmentStatus | null;
}

/** Everything of `CallRow`; `c` is the call, whatever table it comes from. */
export const callColumns = `
  c.uuid, c.room_id, c.call_type, c.title, c.lobby, c.locked, c.status, c.start_time, c.end_time, c.duration, c.end_reason, c.created_at,
  c.last_seen_at,
  CASE WHEN c.was_at_risk THEN 'risk' ELSE (
    SELECT p.security_status FROM call_participants p WHERE p.call_id = c.id AND p.security_status IS NOT NULL
    ORDER BY array_position(ARRAY['risk', 'undetermined', 'unscored', 'safe'], p.security_status::text) LIMIT 1
  ) END AS security_status,
  caller.uuid AS caller_uuid, caller.username AS caller_username, caller.full_name AS caller_full_name,
  callee.uuid AS callee_uuid, callee.username AS callee_username, callee.full_name AS callee_full_name,
  (SELECT count(DISTINCT (p.user_id, p.guest_id)) FROM call_participants p WHERE p.call_id = c.id AND p.peer_id IS NOT NULL)::integer
    AS participant_count`;

export const callPeople = `
  JOIN users caller ON caller.id = c.caller_id
  LEFT JOIN users callee ON callee.id = c.callee_id`;

export function toCallRecord(row: CallRow): CallRecord {
  return {
    id: row.uuid,
    roomId: row.room_id,
    caller: { id: row.caller_uuid, username: row.caller_username, fullName: row.caller_full_name },
    callee: toCallee(row),
    callType: row.call_type,
    title: row.title,
    lobby: row.lobby,
    locked: row.locked,
    status: row.status,
    startTime: row.start_time,
    endTime: row.end_time,
    durationS: row.duration,
    endReason: row.end_reason,
    createdAt: row.created_at,
    participantCount: row.participant_count,
    securityStatus: row.security_status,
  };
}

export function toAdoptedCall(row: CallRow): AdoptedCall {
  return { ...toCallRecord(row), lastSeenAt: row.last_seen_at };
}

function toCallee({ callee_uuid: id, callee_username: username, callee_full_name: fullName }: CallRow): Person | null {
  return id !== null && username !== null && fullName !== null ? { id, username, fullName } : null;
}
