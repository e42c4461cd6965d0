import { Call } from './Call.ts';
import { CallParticipant } from './CallParticipant.ts';
import { ChatMessage } from './ChatMessage.ts';
import { Guest } from './Guest.ts';
import { GuestLink } from './GuestLink.ts';
import { Invitation } from './Invitation.ts';
import { PolicyAction } from './PolicyAction.ts';
import { QualitySample } from './QualitySample.ts';
import { SecurityAssessment } from './SecurityAssessment.ts';
import { User } from './User.ts';
import { UserIdentity } from './UserIdentity.ts';
import { UserSession } from './UserSession.ts';
import { WebhookEvent } from './WebhookEvent.ts';

/** The schema that the migrations must arrive at; a test compares. */
export const entities = [
  User,
  UserSession,
  UserIdentity,
  Invitation,
  Call,
  GuestLink,
  Guest,
  CallParticipant,
  SecurityAssessment,
  PolicyAction,
  QualitySample,
  ChatMessage,
  WebhookEvent,
];
