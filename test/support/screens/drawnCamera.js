/**
 * Runs in the page before its own scripts: the camera is a drawing, which `window.drawnLook` holds as two SVG layers.
 * The person breathes and sways, and the grain is new in every frame, so that nothing is frozen and nothing repeats.
 */
const microphoneOf = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);

navigator.mediaDevices.getUserMedia = async (constraints) => {
  if (!constraints.video) return microphoneOf(constraints);
  if (window.drawnLook === null) throw new DOMException('no leave to use the camera', 'NotAllowedError');
  return drawnStream(window.drawnLook);
};

async function drawnStream({ room, figure }) {
  const [roomImage, figureImage] = await Promise.all([room, figure].map(imageOf));
  const canvas = document.createElement('canvas');
  [canvas.width, canvas.height] = [640, 360];
  const context = canvas.getContext('2d', { alpha: false });
  const paint = () => {
    const seconds = performance.now() / 1000;
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.drawImage(roomImage, 0, 0, 640, 360);
    context.setTransform(
      1,
      0,
      Math.sin(seconds * 0.9) * 0.012,
      1,
      Math.sin(seconds * 0.7) * 4,
      Math.sin(seconds * 1.6) * 1.5,
    );
    context.drawImage(figureImage, -16, -8, 672, 378);
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.globalAlpha = 0.03;
    for (let i = 0; i < 160; i += 1) {
      context.fillStyle = i % 2 ? '#fff' : '#000';
      context.fillRect(Math.random() * 640, Math.random() * 360, 3, 2);
    }
    context.globalAlpha = 1;
  };
  paint();
  setInterval(paint, 200);
  return canvas.captureStream(5);
}

async function imageOf(svg) {
  const image = new Image();
  image.src = `data:image/svg+xml;utf8,${encodeURIComponent(svg)}`;
  await image.decode();
  return image;
}
