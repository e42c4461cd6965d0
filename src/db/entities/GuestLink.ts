import { Check, Column, Entity, ForeignKey, Index, PrimaryGeneratedColumn, Unique } from 'typeorm';
import { Call } from './Call.ts';
import { User } from './User.ts';

/** A link by which people without an account may come to one meeting. Its text is signed and stored nowhere. */
@Entity('guest_links')
@Unique('guest_links_uuid_key', ['uuid'])
@Index('guest_links_call_id_idx', ['call_id'])
@Check('guest_links_order_check', `expires_at > created_at`)
export class GuestLink {
  @PrimaryGeneratedColumn({ type: 'integer', primaryKeyConstraintName: 'guest_links_pkey' })
  id!: number;

  @Column({ type: 'uuid' })
  uuid!: string;

  @Column({ type: 'integer' })
  @ForeignKey(() => Call, { name: 'guest_links_call_id_fkey', onDelete: 'RESTRICT' })
  call_id!: number;

  @Column({ type: 'integer' })
  @ForeignKey(() => User, { name: 'guest_links_created_by_fkey', onDelete: 'RESTRICT' })
  created_by!: number;

  @Column({ type: 'timestamptz' })
  created_at!: Date;

  @Column({ type: 'timestamptz' })
  expires_at!: Date;

  @Column({ type: 'timestamptz', nullable: true })
  revoked_at!: Date | null;
}
