import { Check, Column, Entity, ForeignKey, Index, PrimaryGeneratedColumn, Unique } from 'typeorm';
import { Call } from './Call.ts';
import { User } from './User.ts';

@Entity('chat_messages')
@Index('chat_messages_call_id_sent_at_idx', ['call_id', 'sent_at'])
@Unique('chat_messages_uuid_key', ['uuid'])
@Check('chat_messages_writer_check', `(user_id IS NULL) = (guest_name IS NOT NULL)`)
export class ChatMessage {
  @PrimaryGeneratedColumn({ type: 'bigint', primaryKeyConstraintName: 'chat_messages_pkey' })
  id!: string;

  @Column({ type: 'uuid' })
  uuid!: string;

  @Column({ type: 'integer' })
  @ForeignKey(() => Call, { name: 'chat_messages_call_id_fkey', onDelete: 'RESTRICT' })
  call_id!: number;

  /** The writer's account; null for a guest, whose name stands in `guest_name`. */
  @Column({ type: 'integer', nullable: true })
  @ForeignKey(() => User, { name: 'chat_messages_user_id_fkey', onDelete: 'RESTRICT' })
  user_id!: number | null;

  @Column({ type: 'varchar', length: 80, nullable: true })
  guest_name!: string | null;

  @Column({ type: 'varchar', length: 64 })
  peer_id!: string;

  /** The id under which the page sent it, so that a page that goes on after a restart does not write twice. */
  @Column({ type: 'varchar', length: 64 })
  request_id!: string;

  @Column({ type: 'timestamptz' })
  sent_at!: Date;

  @Column({ type: 'text' })
  text!: string;
}
