import { Column, Entity, ForeignKey, Index, PrimaryGeneratedColumn, Unique } from 'typeorm';
import { User } from './User.ts';

/** Who a user is at an OpenID Connect provider: `sub` at `iss`, which never change (OpenID Connect Core, section 5.7). */
@Entity('user_identities')
@Unique('user_identities_issuer_subject_key', ['issuer', 'subject'])
@Index('user_identities_user_id_idx', ['user_id'])
export class UserIdentity {
  @PrimaryGeneratedColumn({ type: 'integer', primaryKeyConstraintName: 'user_identities_pkey' })
  id!: number;

  @Column({ type: 'integer' })
  @ForeignKey(() => User, { name: 'user_identities_user_id_fkey', onDelete: 'RESTRICT' })
  user_id!: number;

  @Column({ type: 'varchar', length: 255 })
  issuer!: string;

  @Column({ type: 'varchar', length: 255 })
  subject!: string;

  @Column({ type: 'timestamptz', default: () => 'now()' })
  created_at!: Date;
}
