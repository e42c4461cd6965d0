import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What a result was computed from, so that it can be explained and computed again. */
export class AssessmentBasis1795602000000 implements MigrationInterface {
  name = 'AssessmentBasis1795602000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE security_assessments ADD COLUMN basis jsonb');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE security_assessments DROP COLUMN basis');
  }
}
