import type { MigrationInterface, QueryRunner } from 'typeorm';

const tables = `
  CREATE TABLE guest_links (
    id serial CONSTRAINT guest_links_pkey PRIMARY KEY,
    uuid uuid NOT NULL CONSTRAINT guest_links_uuid_key UNIQUE,
    call_id integer NOT NULL CONSTRAINT guest_links_call_id_fkey REFERENCES calls ON DELETE RESTRICT,
    created_by integer NOT NULL CONSTRAINT guest_links_created_by_fkey REFERENCES users ON DELETE RESTRICT,
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    revoked_at timestamptz,
    CONSTRAINT guest_links_order_check CHECK (expires_at > created_at)
  );
  CREATE INDEX guest_links_call_id_idx ON guest_links (call_id);

  CREATE TABLE guests (
    id serial CONSTRAINT guests_pkey PRIMARY KEY,
    uuid uuid NOT NULL CONSTRAINT guests_uuid_key UNIQUE,
    call_id integer NOT NULL CONSTRAINT guests_call_id_fkey REFERENCES calls ON DELETE RESTRICT,
    link_id integer NOT NULL CONSTRAINT guests_link_id_fkey REFERENCES guest_links ON DELETE RESTRICT,
    name varchar(80) NOT NULL,
    created_at timestamptz NOT NULL,
    admitted_at timestamptz
  );
  CREATE INDEX guests_link_id_idx ON guests (link_id);
`;

/** Where a person takes part, that is either an account or a guest, never both. */
const parts = `
  ALTER TABLE call_participants
    ALTER user_id DROP NOT NULL,
    ADD guest_id integer CONSTRAINT call_participants_guest_id_fkey REFERENCES guests ON DELETE RESTRICT,
    ADD CONSTRAINT call_participants_person_check CHECK ((user_id IS NULL) <> (guest_id IS NULL));
  CREATE UNIQUE INDEX call_participants_guest_key ON call_participants (guest_id) WHERE peer_id IS NULL;
  ALTER TABLE quality_samples
    ALTER user_id DROP NOT NULL,
    ADD guest_id integer CONSTRAINT quality_samples_guest_id_fkey REFERENCES guests ON DELETE RESTRICT,
    ADD CONSTRAINT quality_samples_person_check CHECK ((user_id IS NULL) <> (guest_id IS NULL));
  ALTER TABLE security_assessments
    ADD guest_id integer CONSTRAINT security_assessments_guest_id_fkey REFERENCES guests ON DELETE RESTRICT,
    ADD CONSTRAINT security_assessments_person_check CHECK (user_id IS NULL OR guest_id IS NULL);
`;

/** People without an account: links that lead them to one meeting, and their part in the records. */
export class Guests1795602100000 implements MigrationInterface {
  name = 'Guests1795602100000';

  async up(runner: QueryRunner): Promise<void> {
    for (const part of [tables, parts]) await runner.query(part);
  }

  /** Guests' parts in calls cannot be kept in the older form. */
  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DELETE FROM call_participants WHERE user_id IS NULL;
      DELETE FROM quality_samples WHERE user_id IS NULL;
      ALTER TABLE call_participants
        DROP CONSTRAINT call_participants_person_check, DROP guest_id, ALTER user_id SET NOT NULL;
      ALTER TABLE quality_samples
        DROP CONSTRAINT quality_samples_person_check, DROP guest_id, ALTER user_id SET NOT NULL;
      ALTER TABLE security_assessments DROP CONSTRAINT security_assessments_person_check, DROP guest_id;
      DROP TABLE guests, guest_links;
    `);
  }
}
