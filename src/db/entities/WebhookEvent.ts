import { Check, Column, Entity, Index, PrimaryGeneratedColumn, Unique } from 'typeorm';

/**
 * What another system is to be told of, written in the transaction of the change itself. A row is deleted when the
 * receiver has it; one that was given up (`failed_at`) stays for a while, so that it can be sent again.
 */
@Entity('webhook_events')
@Unique('webhook_events_uuid_key', ['uuid'])
@Index('webhook_events_call_uuid_idx', ['call_uuid', 'id'], { where: `failed_at IS NULL` })
@Index('webhook_events_due_idx', ['next_attempt_at'], { where: `failed_at IS NULL` })
@Check('webhook_events_attempts_check', `attempts >= 0`)
export class WebhookEvent {
  @PrimaryGeneratedColumn({ type: 'bigint', primaryKeyConstraintName: 'webhook_events_pkey' })
  id!: string;

  /** The event's id, the same in every attempt. */
  @Column({ type: 'uuid' })
  uuid!: string;

  @Column({ type: 'varchar', length: 32 })
  type!: string;

  /** Events of a call are sent one after the other. */
  @Column({ type: 'uuid' })
  call_uuid!: string;

  @Column({ type: 'jsonb' })
  data!: unknown;

  @Column({ type: 'timestamptz', default: () => 'now()' })
  created_at!: Date;

  @Column({ type: 'integer', default: 0 })
  attempts!: number;

  @Column({ type: 'timestamptz', default: () => 'now()' })
  next_attempt_at!: Date;

  /** Why the last attempt failed, in a word. */
  @Column({ type: 'varchar', length: 64, nullable: true })
  last_error!: string | null;

  @Column({ type: 'timestamptz', nullable: true })
  failed_at!: Date | null;
}
