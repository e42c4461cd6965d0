import assert from 'node:assert/strict';
import { isVirtualCamera } from '../../../web/src/call/media/devices.ts';

describe('names of cameras', () => {
  it('give programs away', () => {
    const programs = ['OBS Virtual Camera', 'OBS-Camera', 'ManyCam Virtual Webcam', 'XSplit VCam', 'Snap Camera'];
    for (const name of [...programs, 'Dummy video device (0x0000)', 'Unity Video Capture', 'v4l2loopback']) {
      assert.ok(isVirtualCamera(name), name);
    }
  });

  it('give no device away for one', () => {
    const devices = ['FaceTime HD Camera', 'HD Pro Webcam C920 (046d:082d)', 'Integrated Camera', 'OBSBOT Tiny 2', ''];
    for (const name of [...devices, 'fake_device_0', 'iPhone Camera', '前置相机']) {
      assert.ok(!isVirtualCamera(name), name);
    }
  });
});
