import { Check, Column, Entity, ForeignKey, PrimaryGeneratedColumn, Unique } from 'typeorm';
import { User } from './User.ts';

/** A link with which one person may register. */
@Entity('invitations')
@Unique('invitations_uuid_key', ['uuid'])
@Unique('invitations_token_hash_key', ['token_hash'])
@Check('invitations_used_check', `(used_by IS NULL) = (used_at IS NULL)`)
export class Invitation {
  @PrimaryGeneratedColumn({ type: 'integer', primaryKeyConstraintName: 'invitations_pkey' })
  id!: number;

  @Column({ type: 'uuid' })
  uuid!: string;

  /** SHA-256 of the link's secret. */
  @Column({ type: 'bytea' })
  token_hash!: Buffer;

  /** Null: made on the command line. */
  @Column({ type: 'integer', nullable: true })
  @ForeignKey(() => User, { name: 'invitations_created_by_fkey', onDelete: 'RESTRICT' })
  created_by!: number | null;

  @Column({ type: 'timestamptz', default: () => 'now()' })
  created_at!: Date;

  @Column({ type: 'timestamptz' })
  expires_at!: Date;

  @Column({ type: 'integer', nullable: true })
  @ForeignKey(() => User, { name: 'invitations_used_by_fkey', onDelete: 'RESTRICT' })
  used_by!: number | null;

  @Column({ type: 'timestamptz', nullable: true })
  used_at!: Date | null;
}
