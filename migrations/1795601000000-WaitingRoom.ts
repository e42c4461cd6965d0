import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Meetings whose host lets people in one by one. */
export class WaitingRoom1795601000000 implements MigrationInterface {
  name = 'WaitingRoom1795601000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE calls ADD COLUMN lobby boolean NOT NULL DEFAULT false');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE calls DROP COLUMN lobby');
  }
}
