import { Check, Column, Entity, ForeignKey, PrimaryGeneratedColumn, Unique } from 'typeorm';
import { Call } from './Call.ts';
import { User } from './User.ts';

/**
 * What was done because of an assessment, by whom. Rows of a call form a chain: `seq` has no gap, `hash` is over
 * `prev_hash` and the row. A trigger refuses to change or delete rows.
 */
@Entity('policy_actions')
@Unique('policy_actions_call_id_seq_key', ['call_id', 'seq'])
@Unique('policy_actions_uuid_key', ['uuid'])
@Check('policy_actions_seq_check', `seq > 0`)
@Check('policy_actions_kind_check', `kind IN ('verdict', 'action', 'override', 'appeal')`)
export class PolicyAction {
  @PrimaryGeneratedColumn({ type: 'bigint', primaryKeyConstraintName: 'policy_actions_pkey' })
  id!: string;

  @Column({ type: 'integer' })
  @ForeignKey(() => Call, { name: 'policy_actions_call_id_fkey', onDelete: 'RESTRICT' })
  call_id!: number;

  @Column({ type: 'uuid' })
  uuid!: string;

  /** From 1 within the call. */
  @Column({ type: 'integer' })
  seq!: number;

  @Column({ type: 'timestamptz' })
  at!: Date;

  /** Null: the server itself. */
  @Column({ type: 'integer', nullable: true })
  @ForeignKey(() => User, { name: 'policy_actions_actor_id_fkey', onDelete: 'RESTRICT' })
  actor_id!: number | null;

  @Column({ type: 'varchar', length: 64, nullable: true })
  subject_peer_id!: string | null;

  /** The user whom the action follows into later stays; a guest's id is of no account. */
  @Column({ type: 'uuid', nullable: true })
  subject_user!: string | null;

  @Column({ type: 'varchar', length: 32 })
  kind!: string;

  @Column({ type: 'varchar', length: 64 })
  action!: string;

  @Column({ type: 'jsonb' })
  details!: unknown;

  @Column({ type: 'bytea' })
  prev_hash!: Buffer;

  @Column({ type: 'bytea' })
  hash!: Buffer;
}
