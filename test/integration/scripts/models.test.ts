import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { InferenceSession } from 'onnxruntime-node';
import { CATALOG } from '../../../scripts/models/catalog.ts';
import { convertModel } from '../../../scripts/models/convert.ts';
import { modelsDir } from '../../support/TestMonitor.ts';

/** What they see in pictures is tested where they are used: ../analysis/faces.test.ts. */
describe('the models that setup converts', function () {
  this.timeout(60_000);

  it('are the same bytes every time, and those in the manifest', async () => {
    const text = await readFile(path.join(modelsDir, 'manifest.json'), 'utf8');
    const manifest = JSON.parse(text) as Record<string, { sha256: string }>;
    assert.deepEqual(
      Object.keys(manifest),
      CATALOG.map(({ name }) => name),
    );
    for (const entry of CATALOG) {
      const [first, second] = [await convertModel(entry), await convertModel(entry)];
      assert.ok(first.equals(second), `${entry.name} differs`);
      assert.equal(createHash('sha256').update(first).digest('hex'), manifest[entry.name]?.sha256);
    }
  });

  it('give what the catalog says, and nothing that tells age or gender', async () => {
    for (const { name, outputs } of CATALOG) {
      const session = await InferenceSession.create(path.join(modelsDir, `${name}.onnx`));
      assert.deepEqual([...session.outputNames].sort(), Object.values(outputs).sort());
      await session.release();
    }
    assert.deepEqual(CATALOG.find(({ name }) => name === 'faceres')?.outputs, { 'global_pooling/Mean': 'features' });
  });
});
