import { Column, Entity, ForeignKey, Index, PrimaryGeneratedColumn } from 'typeorm';
import { Call } from './Call.ts';
import { User } from './User.ts';

@Entity('chat_messages')
@Index('chat_messages_call_id_sent_at_idx', ['call_id', 'sent_at'])
export class ChatMessage {
  @PrimaryGeneratedColumn({ type: 'bigint', primaryKeyConstraintName: 'chat_messages_pkey' })
  id!: string;

  @Column({ type: 'integer' })
  @ForeignKey(() => Call, { name: 'chat_messages_call_id_fkey', onDelete: 'RESTRICT' })
  call_id!: number;

  @Column({ type: 'integer' })
  @ForeignKey(() => User, { name: 'chat_messages_user_id_fkey', onDelete: 'RESTRICT' })
  user_id!: number;

  @Column({ type: 'timestamptz' })
  sent_at!: Date;

  @Column({ type: 'text' })
  text!: string;
}
