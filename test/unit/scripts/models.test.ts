import assert from 'node:assert/strict';
import { convertGraph } from '../../../scripts/models/convertGraph.ts';
import { readGraphModel } from '../../../scripts/models/graphModel.ts';
import { bytesField, integerField, messageField, textField } from '../../../scripts/models/protobuf.ts';
import { permuteAxes } from '../../../scripts/models/tensor.ts';

describe('protobuf', () => {
  // The examples of https://protobuf.dev/programming-guides/encoding/, and the length of a negative int64.
  const examples: [string, Buffer, string][] = [
    ['150 as field 1', integerField(1, 150), '089601'],
    ['"testing" as field 2', textField(2, 'testing'), '120774657374696e67'],
    ['a message as field 3', messageField(3, [integerField(1, 150)]), '1a03089601'],
    ['-2 as field 1', integerField(1, -2), '08feffffffffffffffff01'],
    ['no bytes as field 16', bytesField(16, Buffer.alloc(0)), '820100'],
  ];
  for (const [title, bytes, expected] of examples) {
    it(`writes ${title}`, () => {
      assert.equal(bytes.toString('hex'), expected);
    });
  }
});

describe('permuteAxes', () => {
  it('turns rows into columns', () => {
    const turned = permuteAxes({ shape: [2, 3], data: Float32Array.of(1, 2, 3, 4, 5, 6) }, [1, 0]);

    assert.deepEqual(turned, { shape: [3, 2], data: Float32Array.of(1, 4, 2, 5, 3, 6) });
  });

  it('is undone by the inverse order', () => {
    const source = { shape: [2, 3, 4, 5], data: Float32Array.from({ length: 120 }, (_, i) => i) };

    assert.deepEqual(permuteAxes(permuteAxes(source, [3, 2, 0, 1]), [2, 3, 1, 0]), source);
  });
});

describe('readGraphModel', () => {
  const weights = (entries: object[]): object => ({
    modelTopology: { node: [] },
    weightsManifest: [{ weights: entries }],
  });

  it('reads weights of half precision', () => {
    const halves = Buffer.from(Uint16Array.of(0x3c00, 0xc000, 0x7bff, 0x0001, 0x8000, 0x7c00).buffer);
    const entry = { name: 'w', shape: [6], dtype: 'float32', quantization: { dtype: 'float16' } };

    const constant = readGraphModel(weights([entry]), halves).constants.get('w');

    const data = Float32Array.of(1, -2, 65504, 2 ** -24, -0, Infinity);
    assert.deepEqual(constant, { kind: 'floats', tensor: { shape: [6], data } });
  });

  it('reads shapes', () => {
    const data = Buffer.from(Int32Array.of(-1, 7).buffer);
    const model = readGraphModel(weights([{ name: 's', shape: [2], dtype: 'int32' }]), data);

    assert.deepEqual(model.constants.get('s'), { kind: 'integers', values: [-1, 7] });
  });

  it('refuses weights that are more than the file holds, or less', () => {
    const json = weights([{ name: 's', shape: [2], dtype: 'int32' }]);

    assert.throws(() => readGraphModel(json, Buffer.alloc(12)), /the weights take 8 of 12 bytes/);
    assert.throws(() => readGraphModel(json, Buffer.alloc(4)));
  });

  it('refuses weights of a kind that it does not know', () => {
    assert.throws(() => readGraphModel(weights([{ name: 's', shape: [2], dtype: 'string' }]), Buffer.alloc(0)));
  });
});

describe('convertGraph', () => {
  const image = {
    name: 'input',
    op: 'Placeholder',
    attr: { shape: { shape: { dim: [1, 4, 4, 3].map((size) => ({ size: String(size) })) } } },
  };
  const modelOf = (...node: object[]) =>
    readGraphModel({ modelTopology: { node: [image, ...node] }, weightsManifest: [] }, Buffer.alloc(0));

  it('leaves out what the outputs do not need', () => {
    const model = modelOf({ name: 'out', op: 'Relu', input: ['input'] }, { name: 'other', op: 'Unheard', input: [] });

    assert.ok(convertGraph(model, { out: 'result' }).includes('result'));
  });

  it('refuses an operator that it does not know, by name', () => {
    const model = modelOf({ name: 'out', op: 'Unheard', input: ['input'] });

    assert.throws(() => convertGraph(model, { out: 'result' }), /the operator Unheard \(out\) is not supported/);
  });

  it('refuses an output that is not there', () => {
    assert.throws(() => convertGraph(modelOf(), { out: 'result' }), /there is no node out/);
  });
});
