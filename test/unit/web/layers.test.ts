import assert from 'node:assert/strict';
import fc from 'fast-check';
import { cameraEncodings, fitOf, layerForTile, spatialLayers } from '../../../web/src/call/layers.ts';

describe('cameraEncodings', () => {
  const cases: Array<[width: number, height: number, scales: number[]]> = [
    [1920, 1080, [4, 2, 1]],
    [1280, 720, [4, 2, 1]],
    [960, 540, [4, 2, 1]],
    [959, 539, [2, 1]],
    [640, 480, [2, 1]],
    [640, 360, [2, 1]],
    [480, 270, [2, 1]],
    [479, 270, [1]],
    [320, 240, [1]],
  ];
  for (const [width, height, scales] of cases) {
    it(`sends ${scales.length} layers of ${width}x${height}`, () => {
      const made = cameraEncodings({ width, height }).map((encoding) => encoding.scaleResolutionDownBy);
      assert.deepEqual(made, scales);
    });
  }

  it('takes an upright phone for what it is', () => {
    assert.equal(cameraEncodings({ width: 720, height: 1280 }).length, 3);
  });

  it('names every layer once, smallest first, and gives the larger more bits', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 4096 }), fc.integer({ min: 1, max: 4096 }), (width, height) => {
        const encodings = cameraEncodings({ width, height });
        assert.equal(new Set(encodings.map(({ rid }) => rid)).size, encodings.length);
        for (const [i, encoding] of encodings.entries()) {
          const next = encodings[i + 1];
          if (!next) continue;
          assert.ok(encoding.scaleResolutionDownBy > next.scaleResolutionDownBy);
          assert.ok(encoding.maxBitrate < next.maxBitrate);
        }
        assert.equal(encodings.at(-1)?.scaleResolutionDownBy, 1);
      }),
    );
  });
});

describe('spatialLayers', () => {
  it('reads the modes that consumers have', () => {
    assert.equal(spatialLayers('L1T1'), 1);
    assert.equal(spatialLayers('S2T1'), 2);
    assert.equal(spatialLayers('L3T3'), 3);
  });

  it('takes one layer for granted where nothing is said', () => {
    assert.equal(spatialLayers(undefined), 1);
    assert.equal(spatialLayers('garbage'), 1);
  });
});

describe('layerForTile', () => {
  it('chooses the smallest layer that is not below the tile', () => {
    assert.equal(layerForTile({ width: 224, height: 126 }, 1, 3), 0);
    assert.equal(layerForTile({ width: 413, height: 213 }, 1, 3), 1);
    assert.equal(layerForTile({ width: 1256, height: 776 }, 1, 3), 2);
    assert.equal(layerForTile({ width: 640, height: 360 }, 1, 3), 1);
  });

  it('counts in device pixels', () => {
    assert.equal(layerForTile({ width: 320, height: 180 }, 1, 3), 0);
    assert.equal(layerForTile({ width: 320, height: 180 }, 2, 3), 1);
  });

  it('counts the width as well, where the picture is cut off above and below', () => {
    assert.equal(layerForTile({ width: 640, height: 100 }, 1, 3), 1);
  });

  it('never falls when the tile grows, and stays among the layers', () => {
    const side = fc.integer({ min: 1, max: 3000 });
    fc.assert(
      fc.property(
        side,
        side,
        fc.integer({ min: 1, max: 3 }),
        fc.integer({ min: 0, max: 500 }),
        (w, h, layers, more) => {
          const layer = layerForTile({ width: w, height: h }, 1, layers);
          assert.ok(layer >= 0 && layer < layers);
          assert.ok(layerForTile({ width: w + more, height: h + more }, 1, layers) >= layer);
        },
      ),
    );
  });
});

describe('fitOf', () => {
  const picture = { width: 1280, height: 720 };

  it('fills the tile while at most a quarter is cut off', () => {
    assert.equal(fitOf(picture, { width: 1256, height: 776 }), 'cover');
    assert.equal(fitOf({ width: 640, height: 480 }, { width: 1256, height: 776 }), 'cover');
  });

  it('shows the picture whole on a tall phone', () => {
    assert.equal(fitOf(picture, { width: 360, height: 658 }), 'contain');
  });
});
