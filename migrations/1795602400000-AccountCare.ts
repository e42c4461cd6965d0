import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Invitations, and a word to every server when a session ends: whoever ends it (another server, the admin command, an
 * operator's SQL), all that hold its sockets hear of it at the commit.
 */
export class AccountCare1795602400000 implements MigrationInterface {
  name = 'AccountCare1795602400000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE invitations (
        id serial CONSTRAINT invitations_pkey PRIMARY KEY,
        uuid uuid NOT NULL CONSTRAINT invitations_uuid_key UNIQUE,
        token_hash bytea NOT NULL CONSTRAINT invitations_token_hash_key UNIQUE,
        created_by integer CONSTRAINT invitations_created_by_fkey REFERENCES users ON DELETE RESTRICT,
        created_at timestamptz NOT NULL DEFAULT now(),
        expires_at timestamptz NOT NULL,
        used_by integer CONSTRAINT invitations_used_by_fkey REFERENCES users ON DELETE RESTRICT,
        used_at timestamptz,
        CONSTRAINT invitations_used_check CHECK ((used_by IS NULL) = (used_at IS NULL))
      );
      CREATE FUNCTION user_sessions_tell() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN PERFORM pg_notify('veritalk_session_ended', OLD.family_id::text); RETURN NULL; END $$;
      CREATE TRIGGER user_sessions_ended AFTER UPDATE OF is_active ON user_sessions
        FOR EACH ROW WHEN (OLD.is_active AND NOT NEW.is_active) EXECUTE FUNCTION user_sessions_tell();
      CREATE TRIGGER user_sessions_removed AFTER DELETE ON user_sessions
        FOR EACH ROW WHEN (OLD.is_active) EXECUTE FUNCTION user_sessions_tell();
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP TRIGGER user_sessions_removed ON user_sessions;
      DROP TRIGGER user_sessions_ended ON user_sessions;
      DROP FUNCTION user_sessions_tell();
      DROP TABLE invitations;
    `);
  }
}
