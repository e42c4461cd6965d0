import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import type { types } from 'mediasoup';
import { MediaRoutes } from '../../../src/media/MediaRoutes.ts';

type Routed = Parameters<MediaRoutes['add']>[0];

function transport(usernameFragment: string): Routed & { iceParameters: types.IceParameters } {
  const observer = new EventEmitter() as unknown as Routed['observer'];
  return { iceParameters: { usernameFragment, password: 'p' }, observer, closed: false };
}

describe('MediaRoutes', () => {
  it('knows the port of a transport while it lives', () => {
    const routes = new MediaRoutes();
    const one = transport('one');
    routes.add(one, 61_001);
    routes.add(transport('two'), 61_002);
    assert.deepEqual(
      [routes.localPort('one'), routes.localPort('two'), routes.localPort('three')],
      [61_001, 61_002, null],
    );
    one.observer.emit('close');
    assert.equal(routes.localPort('one'), null);
    assert.equal(routes.size, 1);
  });

  it('follows ICE restarts, however many, and forgets them all', () => {
    const routes = new MediaRoutes();
    const moving = transport('first');
    routes.add(moving, 61_001);
    for (const name of ['second', 'third']) {
      moving.iceParameters = { usernameFragment: name, password: 'p' };
      routes.restarted(moving);
    }
    assert.deepEqual(
      [routes.localPort('first'), routes.localPort('second'), routes.localPort('third')],
      [null, 61_001, 61_001],
    );
    moving.observer.emit('close');
    assert.equal(routes.size, 0);
  });

  it('takes no transport that is closed already', () => {
    const routes = new MediaRoutes();
    routes.add({ ...transport('late'), closed: true }, 61_001);
    assert.equal(routes.size, 0);
  });
});
