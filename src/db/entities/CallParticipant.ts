import { Check, Column, Entity, ForeignKey, Index, PrimaryGeneratedColumn } from 'typeorm';
import { Call } from './Call.ts';
import { Guest } from './Guest.ts';
import { User } from './User.ts';

/**
 * Two kinds of rows. Without `peer_id`: the user has a part in the call, as caller, callee or participant; one row for
 * each pair, so that a single index answers both "whose calls" and "newest first". With `peer_id`: one stay in the
 * call, of which a user may have several. A guest stands in `guest_id` in the place of a user.
 */
@Entity('call_participants')
@Index('call_participants_member_key', ['user_id', 'call_id'], { unique: true, where: 'peer_id IS NULL' })
@Index('call_participants_guest_key', ['guest_id'], { unique: true, where: 'peer_id IS NULL' })
@Index('call_participants_peer_id_key', ['peer_id'], { unique: true })
@Index('call_participants_call_id_idx', ['call_id'])
@Check('call_participants_stay_check', `(peer_id IS NULL) = (joined_at IS NULL) AND (peer_id IS NULL) = (role IS NULL)`)
@Check('call_participants_person_check', `(user_id IS NULL) <> (guest_id IS NULL)`)
@Check('call_participants_role_check', `role IN ('host', 'participant', 'guest')`)
@Check('call_participants_order_check', `left_at >= joined_at`)
@Check('call_participants_security_status_check', `security_status IN ('safe', 'risk', 'undetermined', 'unscored')`)
export class CallParticipant {
  @PrimaryGeneratedColumn({ type: 'integer', primaryKeyConstraintName: 'call_participants_pkey' })
  id!: number;

  @Column({ type: 'integer' })
  @ForeignKey(() => Call, { name: 'call_participants_call_id_fkey', onDelete: 'RESTRICT' })
  call_id!: number;

  @Column({ type: 'integer', nullable: true })
  @ForeignKey(() => User, { name: 'call_participants_user_id_fkey', onDelete: 'RESTRICT' })
  user_id!: number | null;

  @Column({ type: 'integer', nullable: true })
  @ForeignKey(() => Guest, { name: 'call_participants_guest_id_fkey', onDelete: 'RESTRICT' })
  guest_id!: number | null;

  @Column({ type: 'varchar', length: 64, nullable: true })
  peer_id!: string | null;

  @Column({ type: 'varchar', length: 16, nullable: true })
  role!: string | null;

  @Column({ type: 'timestamptz', nullable: true })
  joined_at!: Date | null;

  @Column({ type: 'timestamptz', nullable: true })
  left_at!: Date | null;

  /** What was agreed to before the camera opened, with the version and language of the text (`consent` on the wire). */
  @Column({ type: 'jsonb', nullable: true })
  consent!: unknown;

  /** In rows without `peer_id`: the last status that rests on a look; `unscored` while there was none. */
  @Column({ type: 'varchar', length: 16, nullable: true })
  security_status!: string | null;
}
