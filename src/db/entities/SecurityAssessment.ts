import { Check, Column, Entity, ForeignKey, Index, PrimaryGeneratedColumn } from 'typeorm';
import { Call } from './Call.ts';
import { Guest } from './Guest.ts';
import { User } from './User.ts';

/** One result about one participant, as it was told, in full precision. */
@Entity('security_assessments')
@Index('security_assessments_call_id_at_idx', ['call_id', 'at'])
@Check('security_assessments_status_check', `status IN ('safe', 'risk', 'undetermined', 'unscored')`)
@Check('security_assessments_assurance_check', `assurance IN ('none', 'passive', 'verified')`)
@Check('security_assessments_reason_check', `(status = 'unscored') = (reason IS NOT NULL)`)
@Check('security_assessments_risk_check', `risk BETWEEN 0 AND 1 AND confidence BETWEEN 0 AND 1`)
@Check('security_assessments_person_check', `user_id IS NULL OR guest_id IS NULL`)
export class SecurityAssessment {
  @PrimaryGeneratedColumn({ type: 'bigint', primaryKeyConstraintName: 'security_assessments_pkey' })
  id!: string;

  @Column({ type: 'integer' })
  @ForeignKey(() => Call, { name: 'security_assessments_call_id_fkey', onDelete: 'RESTRICT' })
  call_id!: number;

  /** Null for a guest. */
  @Column({ type: 'integer', nullable: true })
  @ForeignKey(() => User, { name: 'security_assessments_user_id_fkey', onDelete: 'RESTRICT' })
  user_id!: number | null;

  @Column({ type: 'integer', nullable: true })
  @ForeignKey(() => Guest, { name: 'security_assessments_guest_id_fkey', onDelete: 'RESTRICT' })
  guest_id!: number | null;

  @Column({ type: 'varchar', length: 64 })
  peer_id!: string;

  @Column({ type: 'timestamptz' })
  at!: Date;

  @Column({ type: 'varchar', length: 16 })
  status!: string;

  @Column({ type: 'varchar', length: 16 })
  assurance!: string;

  @Column({ type: 'varchar', length: 32, nullable: true })
  reason!: string | null;

  @Column({ type: 'double precision', nullable: true })
  risk!: number | null;

  @Column({ type: 'double precision', nullable: true })
  confidence!: number | null;

  @Column({ type: 'jsonb' })
  causes!: unknown;

  @Column({ type: 'timestamptz', nullable: true })
  scanned_at!: Date | null;

  @Column({ type: 'timestamptz', nullable: true })
  verified_at!: Date | null;

  @Column({ type: 'jsonb' })
  model_versions!: unknown;

  /** What each analyzer said; never pictures or embeddings. */
  @Column({ type: 'jsonb' })
  evidence!: unknown;

  /** Milliseconds by step; null when nothing could be looked at. */
  @Column({ type: 'jsonb', nullable: true })
  durations!: unknown;

  /** Everything that the result was computed from (`assessment/basis.ts`); null for results from before it was kept. */
  @Column({ type: 'jsonb', nullable: true })
  basis!: unknown;
}
