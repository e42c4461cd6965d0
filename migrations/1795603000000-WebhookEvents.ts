import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What other systems are to be told of. */
export class WebhookEvents1795603000000 implements MigrationInterface {
  name = 'WebhookEvents1795603000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE webhook_events (
        id bigserial CONSTRAINT webhook_events_pkey PRIMARY KEY,
        uuid uuid NOT NULL CONSTRAINT webhook_events_uuid_key UNIQUE,
        type varchar(32) NOT NULL,
        call_uuid uuid NOT NULL,
        data jsonb NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now(),
        attempts integer NOT NULL DEFAULT 0 CONSTRAINT webhook_events_attempts_check CHECK (attempts >= 0),
        next_attempt_at timestamptz NOT NULL DEFAULT now(),
        last_error varchar(64),
        failed_at timestamptz
      );
      CREATE INDEX webhook_events_call_uuid_idx ON webhook_events (call_uuid, id) WHERE failed_at IS NULL;
      CREATE INDEX webhook_events_due_idx ON webhook_events (next_attempt_at) WHERE failed_at IS NULL;
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE webhook_events');
  }
}
