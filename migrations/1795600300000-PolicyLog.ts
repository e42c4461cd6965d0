import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The policy log: a name for each entry, so that it is written once, and the user whom it follows into later stays. */
export class PolicyLog1795600300000 implements MigrationInterface {
  name = 'PolicyLog1795600300000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE policy_actions
        ADD uuid uuid NOT NULL CONSTRAINT policy_actions_uuid_key UNIQUE,
        ADD subject_user uuid,
        ADD CONSTRAINT policy_actions_seq_check CHECK (seq > 0),
        ADD CONSTRAINT policy_actions_kind_check CHECK (kind IN ('verdict', 'action', 'override', 'appeal'));
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE policy_actions
        DROP CONSTRAINT policy_actions_kind_check, DROP CONSTRAINT policy_actions_seq_check, DROP subject_user, DROP uuid;
    `);
  }
}
