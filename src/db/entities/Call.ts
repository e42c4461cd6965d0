import { Check, Column, Entity, ForeignKey, Index, PrimaryGeneratedColumn, Unique } from 'typeorm';
import { User } from './User.ts';

@Entity('calls')
@Unique('calls_uuid_key', ['uuid'])
@Index('calls_open_room_key', ['room_id'], { unique: true, where: `status IN ('ringing', 'active')` })
@Index('calls_room_id_idx', ['room_id'])
@Check('calls_type_check', `call_type IN ('video', 'audio')`)
@Check('calls_status_check', `status IN ('ringing', 'active', 'ended', 'missed', 'declined', 'failed')`)
@Check('calls_over_check', `(status IN ('ringing', 'active')) = (end_time IS NULL)`)
@Check('calls_order_check', `end_time >= COALESCE(start_time, created_at)`)
@Check('calls_duration_check', `duration >= 0`)
export class Call {
  @PrimaryGeneratedColumn({ type: 'integer', primaryKeyConstraintName: 'calls_pkey' })
  id!: number;

  @Column({ type: 'uuid' })
  uuid!: string;

  @Column({ type: 'varchar', length: 22 })
  room_id!: string;

  @Column({ type: 'integer' })
  @ForeignKey(() => User, { name: 'calls_caller_id_fkey', onDelete: 'RESTRICT' })
  caller_id!: number;

  /** Null for a meeting by link. */
  @Column({ type: 'integer', nullable: true })
  @ForeignKey(() => User, { name: 'calls_callee_id_fkey', onDelete: 'RESTRICT' })
  callee_id!: number | null;

  @Column({ type: 'varchar', length: 8 })
  call_type!: string;

  @Column({ type: 'varchar', length: 16 })
  status!: string;

  @Column({ type: 'text', nullable: true })
  title!: string | null;

  /** Whoever comes waits until the host lets him in. */
  @Column({ type: 'boolean', default: false })
  lobby!: boolean;

  /** Nobody who has not taken part yet may enter. */
  @Column({ type: 'boolean', default: false })
  locked!: boolean;

  /** The answer (a meeting: the first join). */
  @Column({ type: 'timestamptz', nullable: true })
  start_time!: Date | null;

  @Column({ type: 'timestamptz', nullable: true })
  end_time!: Date | null;

  /** Whole seconds from start to end. */
  @Column({ type: 'integer', default: 0 })
  duration!: number;

  @Column({ type: 'timestamptz' })
  created_at!: Date;

  @Column({ type: 'varchar', length: 64 })
  node_id!: string;

  @Column({ type: 'varchar', length: 64 })
  boot_id!: string;

  @Column({ type: 'timestamptz' })
  last_seen_at!: Date;

  @Column({ type: 'varchar', length: 32, nullable: true })
  end_reason!: string | null;

  /** Whether any participant ever was; kept here so that lists need not read every assessment. */
  @Column({ type: 'boolean', default: false })
  was_at_risk!: boolean;
}
