import { Check, Column, Entity, ForeignKey, Index, PrimaryGeneratedColumn } from 'typeorm';
import { Call } from './Call.ts';
import { Guest } from './Guest.ts';
import { User } from './User.ts';

/** How a call was for one participant since the sample before. */
@Entity('quality_samples')
@Index('quality_samples_call_id_at_idx', ['call_id', 'at'])
@Check('quality_samples_person_check', `(user_id IS NULL) <> (guest_id IS NULL)`)
export class QualitySample {
  @PrimaryGeneratedColumn({ type: 'bigint', primaryKeyConstraintName: 'quality_samples_pkey' })
  id!: string;

  @Column({ type: 'integer' })
  @ForeignKey(() => Call, { name: 'quality_samples_call_id_fkey', onDelete: 'RESTRICT' })
  call_id!: number;

  /** Null for a guest. */
  @Column({ type: 'integer', nullable: true })
  @ForeignKey(() => User, { name: 'quality_samples_user_id_fkey', onDelete: 'RESTRICT' })
  user_id!: number | null;

  @Column({ type: 'integer', nullable: true })
  @ForeignKey(() => Guest, { name: 'quality_samples_guest_id_fkey', onDelete: 'RESTRICT' })
  guest_id!: number | null;

  @Column({ type: 'timestamptz' })
  at!: Date;

  /** 0 (unusable) to 10 (perfect). */
  @Column({ type: 'double precision' })
  score!: number;

  @Column({ type: 'integer' })
  bitrate_bps!: number;

  /** Share of packets, 0-1. */
  @Column({ type: 'double precision' })
  loss!: number;

  @Column({ type: 'integer' })
  rtt_ms!: number;

  @Column({ type: 'double precision' })
  freeze_s!: number;
}
