import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Chat in the call: ids that a repeated message is known by, and guests, who have no account to name them. */
export class ChatMessages1795600200000 implements MigrationInterface {
  name = 'ChatMessages1795600200000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE chat_messages
        ADD uuid uuid NOT NULL DEFAULT gen_random_uuid() CONSTRAINT chat_messages_uuid_key UNIQUE,
        ADD peer_id varchar(64) NOT NULL DEFAULT '',
        ADD request_id varchar(64) NOT NULL DEFAULT '',
        ADD guest_name varchar(80),
        ALTER user_id DROP NOT NULL,
        ADD CONSTRAINT chat_messages_writer_check CHECK ((user_id IS NULL) = (guest_name IS NOT NULL));
      ALTER TABLE chat_messages
        ALTER uuid DROP DEFAULT, ALTER peer_id DROP DEFAULT, ALTER request_id DROP DEFAULT;
    `);
  }

  /** Guests' messages cannot be kept in the older form. */
  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DELETE FROM chat_messages WHERE user_id IS NULL;
      ALTER TABLE chat_messages
        DROP CONSTRAINT chat_messages_writer_check, DROP uuid, DROP peer_id, DROP request_id, DROP guest_name,
        ALTER user_id SET NOT NULL;
    `);
  }
}
