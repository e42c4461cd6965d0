import { InitialSchema1795509600000 } from './1795509600000-InitialSchema.ts';
import { ChatMessages1795600200000 } from './1795600200000-ChatMessages.ts';
import { PolicyLog1795600300000 } from './1795600300000-PolicyLog.ts';
import { WaitingRoom1795601000000 } from './1795601000000-WaitingRoom.ts';
import { LockedCalls1795601500000 } from './1795601500000-LockedCalls.ts';
import { AssessmentBasis1795602000000 } from './1795602000000-AssessmentBasis.ts';
import { Guests1795602100000 } from './1795602100000-Guests.ts';
import { AccountCare1795602400000 } from './1795602400000-AccountCare.ts';
import { Identities1795602500000 } from './1795602500000-Identities.ts';
import { WebhookEvents1795603000000 } from './1795603000000-WebhookEvents.ts';

/** All migrations, oldest first. A migration that was released is never changed; write another one. */
export const migrations = [
  InitialSchema1795509600000,
  ChatMessages1795600200000,
  PolicyLog1795600300000,
  WaitingRoom1795601000000,
  LockedCalls1795601500000,
  AssessmentBasis1795602000000,
  Guests1795602100000,
  AccountCare1795602400000,
  Identities1795602500000,
  WebhookEvents1795603000000,
];
