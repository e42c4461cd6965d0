import type { MigrationInterface, QueryRunner } from 'typeorm';

const users = `
  CREATE TABLE users (
    id serial CONSTRAINT users_pkey PRIMARY KEY,
    uuid uuid NOT NULL CONSTRAINT users_uuid_key UNIQUE,
    username varchar(32) NOT NULL,
    email varchar(254) NOT NULL CONSTRAINT users_email_key UNIQUE,
    password_hash varchar(255) NOT NULL,
    full_name text NOT NULL,
    status varchar(16) NOT NULL DEFAULT 'active',
    role varchar(16) NOT NULL DEFAULT 'member',
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT users_status_check CHECK (status IN ('active', 'disabled', 'deleted')),
    CONSTRAINT users_role_check CHECK (role IN ('member', 'admin'))
  );
  CREATE UNIQUE INDEX users_username_key ON users (lower(username));
`;

const sessions = `
  CREATE TABLE user_sessions (
    id serial CONSTRAINT user_sessions_pkey PRIMARY KEY,
    user_id integer NOT NULL CONSTRAINT user_sessions_user_id_fkey REFERENCES users ON DELETE RESTRICT,
    session_token bytea NOT NULL CONSTRAINT user_sessions_session_token_key UNIQUE,
    refresh_token bytea NOT NULL CONSTRAINT user_sessions_refresh_token_key UNIQUE,
    replaced_by integer CONSTRAINT user_sessions_replaced_by_fkey REFERENCES user_sessions ON DELETE SET NULL,
    replaced_at timestamptz,
    family_id uuid NOT NULL,
    expires_at timestamptz NOT NULL,
    absolute_expires_at timestamptz NOT NULL,
    ip_address varchar(45) NOT NULL,
    user_agent varchar(256),
    is_active boolean NOT NULL DEFAULT true,
    created_at timestamptz NOT NULL DEFAULT now()
  );
  CREATE INDEX user_sessions_family_id_idx ON user_sessions (family_id);
  CREATE INDEX user_sessions_user_id_ip_address_idx ON user_sessions (user_id, ip_address);
`;

const calls = `
  CREATE TABLE calls (
    id serial CONSTRAINT calls_pkey PRIMARY KEY,
    uuid uuid NOT NULL CONSTRAINT calls_uuid_key UNIQUE,
    room_id varchar(22) NOT NULL,
    caller_id integer NOT NULL CONSTRAINT calls_caller_id_fkey REFERENCES users ON DELETE RESTRICT,
    callee_id integer CONSTRAINT calls_callee_id_fkey REFERENCES users ON DELETE RESTRICT,
    call_type varchar(8) NOT NULL,
    status varchar(16) NOT NULL,
    title text,
    start_time timestamptz,
    end_time timestamptz,
    duration integer NOT NULL DEFAULT 0,
    created_at timestamptz NOT NULL,
    node_id varchar(64) NOT NULL,
    boot_id varchar(64) NOT NULL,
    last_seen_at timestamptz NOT NULL,
    end_reason varchar(32),
    was_at_risk boolean NOT NULL DEFAULT false,
    CONSTRAINT calls_type_check CHECK (call_type IN ('video', 'audio')),
    CONSTRAINT calls_status_check
      CHECK (status IN ('ringing', 'active', 'ended', 'missed', 'declined', 'failed')),
    CONSTRAINT calls_over_check CHECK ((status IN ('ringing', 'active')) = (end_time IS NULL)),
    CONSTRAINT calls_order_check CHECK (end_time >= COALESCE(start_time, created_at)),
    CONSTRAINT calls_duration_check CHECK (duration >= 0)
  );
  CREATE UNIQUE INDEX calls_open_room_key ON calls (room_id) WHERE status IN ('ringing', 'active');
  CREATE INDEX calls_room_id_idx ON calls (room_id);

  CREATE TABLE call_participants (
    id serial CONSTRAINT call_participants_pkey PRIMARY KEY,
    call_id integer NOT NULL CONSTRAINT call_participants_call_id_fkey REFERENCES calls ON DELETE RESTRICT,
    user_id integer NOT NULL CONSTRAINT call_participants_user_id_fkey REFERENCES users ON DELETE RESTRICT,
    peer_id varchar(64),
    role varchar(16),
    joined_at timestamptz,
    left_at timestamptz,
    consent jsonb,
    security_status varchar(16),
    CONSTRAINT call_participants_stay_check
      CHECK ((peer_id IS NULL) = (joined_at IS NULL) AND (peer_id IS NULL) = (role IS NULL)),
    CONSTRAINT call_participants_role_check CHECK (role IN ('host', 'participant', 'guest')),
    CONSTRAINT call_participants_order_check CHECK (left_at >= joined_at),
    CONSTRAINT call_participants_security_status_check
      CHECK (security_status IN ('safe', 'risk', 'undetermined', 'unscored'))
  );
  CREATE UNIQUE INDEX call_participants_member_key ON call_participants (user_id, call_id) WHERE peer_id IS NULL;
  CREATE UNIQUE INDEX call_participants_peer_id_key ON call_participants (peer_id);
  CREATE INDEX call_participants_call_id_idx ON call_participants (call_id);
`;

const security = `
  CREATE TABLE security_assessments (
    id bigserial CONSTRAINT security_assessments_pkey PRIMARY KEY,
    call_id integer NOT NULL CONSTRAINT security_assessments_call_id_fkey REFERENCES calls ON DELETE RESTRICT,
    user_id integer CONSTRAINT security_assessments_user_id_fkey REFERENCES users ON DELETE RESTRICT,
    peer_id varchar(64) NOT NULL,
    at timestamptz NOT NULL,
    status varchar(16) NOT NULL,
    assurance varchar(16) NOT NULL,
    reason varchar(32),
    risk double precision,
    confidence double precision,
    causes jsonb NOT NULL,
    scanned_at timestamptz,
    verified_at timestamptz,
    model_versions jsonb NOT NULL,
    evidence jsonb NOT NULL,
    durations jsonb,
    CONSTRAINT security_assessments_status_check
      CHECK (status IN ('safe', 'risk', 'undetermined', 'unscored')),
    CONSTRAINT security_assessments_assurance_check CHECK (assurance IN ('none', 'passive', 'verified')),
    CONSTRAINT security_assessments_reason_check CHECK ((status = 'unscored') = (reason IS NOT NULL)),
    CONSTRAINT security_assessments_risk_check CHECK (risk BETWEEN 0 AND 1 AND confidence BETWEEN 0 AND 1)
  );
  CREATE INDEX security_assessments_call_id_at_idx ON security_assessments (call_id, at);

  CREATE TABLE policy_actions (
    id bigserial CONSTRAINT policy_actions_pkey PRIMARY KEY,
    call_id integer NOT NULL CONSTRAINT policy_actions_call_id_fkey REFERENCES calls ON DELETE RESTRICT,
    seq integer NOT NULL,
    at timestamptz NOT NULL,
    actor_id integer CONSTRAINT policy_actions_actor_id_fkey REFERENCES users ON DELETE RESTRICT,
    subject_peer_id varchar(64),
    kind varchar(32) NOT NULL,
    action varchar(64) NOT NULL,
    details jsonb NOT NULL,
    prev_hash bytea NOT NULL,
    hash bytea NOT NULL,
    CONSTRAINT policy_actions_call_id_seq_key UNIQUE (call_id, seq)
  );
  CREATE FUNCTION policy_actions_refuse() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN RAISE EXCEPTION 'policy_actions can only be added to'; END $$;
  CREATE TRIGGER policy_actions_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON policy_actions
    FOR EACH STATEMENT EXECUTE FUNCTION policy_actions_refuse();
`;

const samples = `
  CREATE TABLE quality_samples (
    id bigserial CONSTRAINT quality_samples_pkey PRIMARY KEY,
    call_id integer NOT NULL CONSTRAINT quality_samples_call_id_fkey REFERENCES calls ON DELETE RESTRICT,
    user_id integer NOT NULL CONSTRAINT quality_samples_user_id_fkey REFERENCES users ON DELETE RESTRICT,
    at timestamptz NOT NULL,
    score double precision NOT NULL,
    bitrate_bps integer NOT NULL,
    loss double precision NOT NULL,
    rtt_ms integer NOT NULL,
    freeze_s double precision NOT NULL
  );
  CREATE INDEX quality_samples_call_id_at_idx ON quality_samples (call_id, at);

  CREATE TABLE chat_messages (
    id bigserial CONSTRAINT chat_messages_pkey PRIMARY KEY,
    call_id integer NOT NULL CONSTRAINT chat_messages_call_id_fkey REFERENCES calls ON DELETE RESTRICT,
    user_id integer NOT NULL CONSTRAINT chat_messages_user_id_fkey REFERENCES users ON DELETE RESTRICT,
    sent_at timestamptz NOT NULL,
    text text NOT NULL
  );
  CREATE INDEX chat_messages_call_id_sent_at_idx ON chat_messages (call_id, sent_at);
`;

/** The tables of accounts, calls and what is kept about them. Reasons for columns stand in src/db/entities. */
export class InitialSchema1795509600000 implements MigrationInterface {
  name = 'InitialSchema1795509600000';

  async up(runner: QueryRunner): Promise<void> {
    for (const part of [users, sessions, calls, security, samples]) await runner.query(part);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP TABLE chat_messages, quality_samples, policy_actions, security_assessments, call_participants, calls,
        user_sessions, users;
      DROP FUNCTION policy_actions_refuse();
    `);
  }
}
