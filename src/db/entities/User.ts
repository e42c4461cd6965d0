import { Check, Column, Entity, Index, PrimaryGeneratedColumn, Unique } from 'typeorm';

@Entity('users')
@Unique('users_uuid_key', ['uuid'])
@Unique('users_email_key', ['email'])
// On lower(username), which decorators cannot say.
@Index('users_username_key', { synchronize: false })
@Check('users_status_check', `status IN ('active', 'disabled', 'deleted')`)
@Check('users_role_check', `role IN ('member', 'admin')`)
export class User {
  @PrimaryGeneratedColumn({ type: 'integer', primaryKeyConstraintName: 'users_pkey' })
  id!: number;

  @Column({ type: 'uuid' })
  uuid!: string;

  /** As typed; unique without regard to case. */
  @Column({ type: 'varchar', length: 32 })
  username!: string;

  /** Lower case. */
  @Column({ type: 'varchar', length: 254 })
  email!: string;

  /** PHC string of argon2id. */
  @Column({ type: 'varchar', length: 255 })
  password_hash!: string;

  @Column({ type: 'text' })
  full_name!: string;

  @Column({ type: 'varchar', length: 16, default: 'active' })
  status!: string;

  @Column({ type: 'varchar', length: 16, default: 'member' })
  role!: string;

  @Column({ type: 'timestamptz', default: () => 'now()' })
  created_at!: Date;

  @Column({ type: 'timestamptz', default: () => 'now()' })
  updated_at!: Date;
}
