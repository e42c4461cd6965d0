import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Calls that nobody new may enter. */
export class LockedCalls1795601500000 implements MigrationInterface {
  name = 'LockedCalls1795601500000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE calls ADD COLUMN locked boolean NOT NULL DEFAULT false');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE calls DROP COLUMN locked');
  }
}
