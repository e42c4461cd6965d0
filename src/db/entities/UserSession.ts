import { Column, Entity, ForeignKey, Index, PrimaryGeneratedColumn, Unique } from 'typeorm';
import { User } from './User.ts';

/** One row for each refresh token; the rows of one sign-in share `family_id`, which is the session's public id. */
@Entity('user_sessions')
@Unique('user_sessions_session_token_key', ['session_token'])
@Unique('user_sessions_refresh_token_key', ['refresh_token'])
@Index('user_sessions_family_id_idx', ['family_id'])
@Index('user_sessions_user_id_ip_address_idx', ['user_id', 'ip_address'])
export class UserSession {
  @PrimaryGeneratedColumn({ type: 'integer', primaryKeyConstraintName: 'user_sessions_pkey' })
  id!: number;

  @Column({ type: 'integer' })
  @ForeignKey(() => User, { name: 'user_sessions_user_id_fkey', onDelete: 'RESTRICT' })
  user_id!: number;

  /** SHA-256 of the `sid` in access tokens. */
  @Column({ type: 'bytea' })
  session_token!: Buffer;

  /** SHA-256. */
  @Column({ type: 'bytea' })
  refresh_token!: Buffer;

  /** The row of the token's successor. */
  @Column({ type: 'integer', nullable: true })
  @ForeignKey(() => UserSession, { name: 'user_sessions_replaced_by_fkey', onDelete: 'SET NULL' })
  replaced_by!: number | null;

  @Column({ type: 'timestamptz', nullable: true })
  replaced_at!: Date | null;

  @Column({ type: 'uuid' })
  family_id!: string;

  @Column({ type: 'timestamptz' })
  expires_at!: Date;

  @Column({ type: 'timestamptz' })
  absolute_expires_at!: Date;

  @Column({ type: 'varchar', length: 45 })
  ip_address!: string;

  @Column({ type: 'varchar', length: 256, nullable: true })
  user_agent!: string | null;

  /** False once the whole session was revoked; a replaced token's row stays active. */
  @Column({ type: 'boolean', default: true })
  is_active!: boolean;

  @Column({ type: 'timestamptz', default: () => 'now()' })
  created_at!: Date;
}
