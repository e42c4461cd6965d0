import { Column, Entity, ForeignKey, Index, PrimaryGeneratedColumn, Unique } from 'typeorm';
import { Call } from './Call.ts';
import { GuestLink } from './GuestLink.ts';

/** Somebody without an account in one meeting. Nobody has verified the name. */
@Entity('guests')
@Unique('guests_uuid_key', ['uuid'])
@Index('guests_link_id_idx', ['link_id'])
export class Guest {
  @PrimaryGeneratedColumn({ type: 'integer', primaryKeyConstraintName: 'guests_pkey' })
  id!: number;

  @Column({ type: 'uuid' })
  uuid!: string;

  @Column({ type: 'integer' })
  @ForeignKey(() => Call, { name: 'guests_call_id_fkey', onDelete: 'RESTRICT' })
  call_id!: number;

  @Column({ type: 'integer' })
  @ForeignKey(() => GuestLink, { name: 'guests_link_id_fkey', onDelete: 'RESTRICT' })
  link_id!: number;

  @Column({ type: 'varchar', length: 80 })
  name!: string;

  @Column({ type: 'timestamptz' })
  created_at!: Date;

  /** When a host let him in; from then on he may come back, also after the link was revoked. */
  @Column({ type: 'timestamptz', nullable: true })
  admitted_at!: Date | null;
}
