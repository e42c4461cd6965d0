import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Who somebody is at an OpenID Connect provider. */
export class Identities1795602500000 implements MigrationInterface {
  name = 'Identities1795602500000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE user_identities (
        id serial CONSTRAINT user_identities_pkey PRIMARY KEY,
        user_id integer NOT NULL CONSTRAINT user_identities_user_id_fkey REFERENCES users ON DELETE RESTRICT,
        issuer varchar(255) NOT NULL,
        subject varchar(255) NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now(),
        CONSTRAINT user_identities_issuer_subject_key UNIQUE (issuer, subject)
      );
      CREATE INDEX user_identities_user_id_idx ON user_identities (user_id);
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE user_identities');
  }
}
