/** How a drawn person looks. Colours are CSS colours. */
export interface Look {
  skin: string;
  skinShade: string;
  skinLight: string;
  hair: string;
  hairShine: string;
  lips: string;
  iris: string;
  shirt: string;
  shirtShade: string;
  collar: string;
  wall: string;
  wallDark: string;
  /** Half the width of the face at the cheekbones, and of the jaw, in units of the drawing. */
  cheek: number;
  jaw: number;
  /** Height of the chin below the eyes. */
  chin: number;
  /** Half the distance of the eyes. */
  eyes: number;
  brow: number;
  noseWidth: number;
  mouthWidth: number;
  beard: boolean;
}

/** What a drawn person does at a moment. */
export interface Pose {
  /** Where the head is beside its place, in units of the drawing (640 wide). */
  x: number;
  y: number;
  /** Degrees to the right. */
  tilt: number;
  /** The head's turn to the side, -1 to 1 for about 25 degrees. */
  turn: number;
  /** How far the shoulders are lifted by the breath. */
  breath: number;
  /** 0 open, 1 closed. */
  lids: number;
  /** Where the eyes look, -1 to 1. */
  gaze: number;
  /** 0 closed, 1 wide open. */
  mouth: number;
  /** 0 earnest, 1 a full smile. */
  smile: number;
  /** Brightness of the room, about 1. */
  light: number;
}

export const robin: Look = {
  skin: '#e2ad8b',
  skinShade: '#b97a58',
  skinLight: '#f3cdb0',
  hair: '#33241d',
  hairShine: '#5a4335',
  lips: '#b5605a',
  iris: '#4b3a2a',
  shirt: '#44667f',
  shirtShade: '#2f4a5e',
  collar: '#e9eef2',
  wall: '#cdd6d8',
  wallDark: '#a9b6ba',
  cheek: 62,
  jaw: 44,
  chin: 92,
  eyes: 28,
  brow: 5,
  noseWidth: 15,
  mouthWidth: 27,
  beard: false,
};

/** Whom `--swap` puts in Robin's place: for faceres about twice as far away as a changed face has to be. */
export const stranger: Look = {
  ...robin,
  skin: '#8d5c3f',
  skinShade: '#5a3822',
  skinLight: '#ab7a55',
  hair: '#c9c6c2',
  hairShine: '#e8e6e3',
  lips: '#a3574f',
  cheek: 73,
  jaw: 45,
  chin: 93,
  eyes: 22,
  brow: 9,
  noseWidth: 23,
  mouthWidth: 23,
  beard: true,
};

const WIDTH = 640;
const HEIGHT = 360;

/** The person in a room, as SVG of 640x360. */
export function drawPerson(look: Look, pose: Pose): string {
  const at = `translate(${n(320 + pose.x)} ${n(150 + pose.y)}) rotate(${n(pose.tilt)} 0 90)`;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" width="${WIDTH}" height="${HEIGHT}">
${definitions(look)}${room(pose)}
<g transform="translate(${n(pose.x * 0.3)} ${n(-pose.breath)})">${body(look, pose)}</g>
<g transform="${at}">${ears(look, pose)}${face(look)}${features(look, pose)}${hair(look, pose)}</g>
<rect width="640" height="360" fill="url(#vignette)"/>
<rect width="640" height="360" fill="${pose.light >= 1 ? '#fff' : '#000'}" opacity="${n(Math.abs(pose.light - 1))}"/></svg>`;
}

function definitions(look: Look): string {
  return `<defs>
<linearGradient id="wall" x1="0" x2="1" y1="0" y2=".5"><stop offset="0" stop-color="${look.wall}"/><stop offset="1" stop-color="${look.wallDark}"/></linearGradient>
<linearGradient id="window" x1="0" x2="0" y1="0" y2="1"><stop offset="0" stop-color="#f4f8fa"/><stop offset="1" stop-color="#dbe7ec"/></linearGradient>
<radialGradient id="skin" cx=".4" cy=".36" r=".72"><stop offset="0" stop-color="${look.skinLight}"/><stop offset=".45" stop-color="${look.skin}"/><stop offset="1" stop-color="${look.skinShade}"/></radialGradient>
<linearGradient id="neck" x1="0" x2="0" y1="0" y2="1"><stop offset="0" stop-color="${look.skinShade}"/><stop offset="1" stop-color="${look.skin}"/></linearGradient>
<linearGradient id="hair" x1="0" x2="1" y1="0" y2="1"><stop offset="0" stop-color="${look.hair}"/><stop offset=".35" stop-color="${look.hairShine}"/><stop offset="1" stop-color="${look.hair}"/></linearGradient>
<linearGradient id="shirt" x1="0" x2="0" y1="0" y2="1"><stop offset="0" stop-color="${look.shirt}"/><stop offset="1" stop-color="${look.shirtShade}"/></linearGradient>
<radialGradient id="soft"><stop offset="0" stop-color="${look.skinShade}" stop-opacity=".85"/><stop offset="1" stop-color="${look.skinShade}" stop-opacity="0"/></radialGradient>
<radialGradient id="blush"><stop offset="0" stop-color="${look.lips}" stop-opacity=".28"/><stop offset="1" stop-color="${look.lips}" stop-opacity="0"/></radialGradient>
<radialGradient id="beard" cx=".5" cy=".2" r=".8"><stop offset=".45" stop-color="${look.hair}" stop-opacity="0"/><stop offset=".8" stop-color="${look.hair}" stop-opacity=".85"/></radialGradient>
<radialGradient id="leaf"><stop offset="0" stop-color="#7f9c82"/><stop offset=".7" stop-color="#8fa992" stop-opacity=".9"/><stop offset="1" stop-color="#9bb09c" stop-opacity="0"/></radialGradient>
<linearGradient id="vignette" x1="0" x2="0" y1="0" y2="1"><stop offset=".6" stop-color="#000" stop-opacity="0"/><stop offset="1" stop-color="#000" stop-opacity=".2"/></linearGradient>
</defs>`;
}

/** Out of focus: soft edges, little contrast. A plant moves a little, as the light does. */
function room({ breath, x }: Pose): string {
  const sway = n(breath * 0.8);
  return `<rect width="640" height="360" fill="url(#wall)"/>
<g opacity=".9"><rect x="430" y="-20" width="176" height="206" rx="4" fill="#b9c4c8"/><rect x="437" y="-20" width="162" height="198" fill="url(#window)"/><rect x="514" y="-20" width="8" height="198" fill="#b9c4c8"/></g>
<g opacity=".75"><rect x="36" y="62" width="118" height="86" rx="3" fill="#eef0ee"/><rect x="46" y="72" width="98" height="66" fill="#b98d6f"/><path d="M46 138l34-40 22 22 18-14 24 32z" fill="#7d6a5e"/><circle cx="122" cy="88" r="8" fill="#ead3a8"/></g>
<g transform="translate(${sway} 0)"><ellipse cx="66" cy="262" rx="66" ry="62" fill="url(#leaf)"/><ellipse cx="26" cy="232" rx="48" ry="54" fill="url(#leaf)"/><ellipse cx="98" cy="228" rx="40" ry="44" fill="url(#leaf)"/></g>
<rect y="312" width="640" height="48" fill="#8e969a" opacity=".5"/><rect x="${n(548 + x * 0.02)}" y="258" width="60" height="56" rx="6" fill="#5b6c78" opacity=".55"/>`;
}

function body(look: Look, { x, tilt }: Pose): string {
  // The neck bends with the head.
  const lean = x * 0.7 - tilt * 0.9;
  return `<path d="M104 372C108 292 168 270 252 250H388C472 270 532 292 536 372z" fill="url(#shirt)"/>
<path d="M276 252C276 230 276 214 ${n(276 + lean)} 196H${n(364 + lean)}C364 214 364 230 364 252C364 282 276 282 276 252z" fill="url(#neck)"/>
<path d="M272 240C284 276 356 276 368 240L388 252C376 304 264 304 252 252z" fill="${look.collar}"/>
<path d="M252 252C262 286 290 300 318 304L296 322C268 306 252 284 244 258z M388 252C378 286 350 300 322 304L344 322C372 306 388 284 396 258z" fill="${look.collar}" opacity=".82"/>`;
}

function ears(look: Look, { turn }: Pose): string {
  const { cheek, skin, skinShade } = look;
  const ear = (side: number): string => {
    const x = side * (cheek + 2) - turn * 7;
    return `<ellipse cx="${n(x)}" cy="10" rx="10" ry="19" fill="${side < 0 ? skin : skinShade}"/><ellipse cx="${n(x + side)}" cy="10" rx="4.5" ry="11" fill="${skinShade}" opacity=".6"/>`;
  };
  return ear(-1) + ear(1);
}

/** The outline from forehead to chin; the eyes are at height 0. */
function outline({ cheek, jaw, chin }: Look): string {
  return `M${n(-cheek)} -8C${n(-cheek - 2)} -66 -40 -96 0 -96S${n(cheek + 2)} -66 ${n(cheek)} -8C${n(cheek)} 34 ${n(jaw + 10)} ${n(chin - 28)} ${n(jaw - 12)} ${n(chin - 8)}C14 ${n(chin + 3)} -14 ${n(chin + 3)} ${n(12 - jaw)} ${n(chin - 8)}C${n(-jaw - 10)} ${n(chin - 28)} ${n(-cheek)} 34 ${n(-cheek)} -8z`;
}

function face(look: Look): string {
  const beard = look.beard ? `<path d="${outline(look)}" fill="url(#beard)"/>` : '';
  return `<path d="${outline(look)}" fill="url(#skin)"/>${beard}`;
}

function features(look: Look, pose: Pose): string {
  const shift = n(pose.turn * 13);
  return `<g transform="translate(${shift} 0)">
<ellipse cx="-36" cy="34" rx="22" ry="16" fill="url(#blush)"/><ellipse cx="36" cy="34" rx="22" ry="16" fill="url(#blush)"/>
${eye(look, pose, -1)}${eye(look, pose, 1)}${nose(look)}${mouth(look, pose)}</g>`;
}

function eye(look: Look, { lids, gaze, smile }: Pose, side: -1 | 1): string {
  const x = side * look.eyes;
  const open = 6.6 * (1 - lids) * (1 - 0.18 * smile);
  const brow = n(-17 - 2 * smile);
  const browEnd = n(-15 - 2 * smile);
  const iris =
    open < 1
      ? ''
      : `<ellipse cx="${n(x + gaze * 3)}" cy="-.4" rx="5.4" ry="${n(Math.min(5.4, open))}" fill="${look.iris}"/><ellipse cx="${n(x + gaze * 3)}" cy="-.4" rx="2.6" ry="${n(Math.min(2.6, open))}" fill="#120d0b"/><circle cx="${n(x + gaze * 3 - 1.6)}" cy="-2.2" r="1.2" fill="#fff" opacity="${n(Math.min(0.9, open / 6))}"/>`;
  return `<ellipse cx="${n(x)}" cy="-5" rx="20" ry="15" fill="url(#soft)" opacity=".42"/>
<path d="M${n(x - 13)} 1C${n(x - 7)} ${n(-open - 2)} ${n(x + 7)} ${n(-open - 2)} ${n(x + 13)} 1C${n(x + 7)} ${n(open)} ${n(x - 7)} ${n(open)} ${n(x - 13)} 1z" fill="#f4efec"/>${iris}
<path d="M${n(x - 14)} 1.5C${n(x - 7)} ${n(-open - 3)} ${n(x + 7)} ${n(-open - 3)} ${n(x + 14)} 1.5" stroke="#2a1c18" stroke-width="2.6" fill="none" stroke-linecap="round"/>
<path d="M${n(x - 11)} 3C${n(x - 6)} ${n(open + 1)} ${n(x + 6)} ${n(open + 1)} ${n(x + 11)} 3" stroke="${look.skinShade}" stroke-width="1.4" fill="none" opacity=".8"/>
<path d="M${n(x - side * 15)} ${brow}C${n(x - side * 6)} ${n(-22 - 2 * smile)} ${n(x + side * 8)} ${n(-22 - 2 * smile)} ${n(x + side * 18)} ${browEnd}" stroke="${look.hair}" stroke-width="${look.brow}" fill="none" stroke-linecap="round" opacity=".88"/>`;
}

function nose({ noseWidth: w, skinShade, skinLight }: Look): string {
  return `<path d="M-5 -12C-7 8 -${w} 26 -${w - 1} 34C-${w - 3} 42 -6 40 0 43C6 40 ${w - 3} 42 ${w - 1} 34C${w} 26 7 8 5 -12z" fill="url(#soft)" opacity=".5"/>
<path d="M-1 -6C-2 10 -4 22 -3 30" stroke="${skinLight}" stroke-width="5" fill="none" stroke-linecap="round" opacity=".55"/>
<path d="M-${w - 2} 36C-${w - 5} 42 -5 39 0 42C5 39 ${w - 5} 42 ${w - 2} 36" stroke="${skinShade}" stroke-width="2.4" fill="none" stroke-linecap="round"/>
<ellipse cx="-6" cy="39.5" rx="3.2" ry="1.7" fill="#4a2a20" opacity=".75"/><ellipse cx="6" cy="39.5" rx="3.2" ry="1.7" fill="#4a2a20" opacity=".75"/>`;
}

function mouth({ mouthWidth: w, lips }: Look, { mouth: open, smile }: Pose): string {
  const wide = w * (1 + 0.12 * smile - 0.1 * open);
  const corner = 62 - 7 * smile;
  const gap = 11 * open;
  const teeth =
    open > 0.15
      ? `<path d="M${n(-wide + 7)} 62.5C-8 60 8 60 ${n(wide - 7)} 62.5L${n(wide - 9)} 65.5H${n(-wide + 9)}z" fill="#f1ebe6"/>`
      : '';
  return `<path d="M${n(-wide)} ${n(corner)}C${n(-wide * 0.4)} 64 ${n(wide * 0.4)} 64 ${n(wide)} ${n(corner)}C${n(wide * 0.5)} ${n(66 + gap)} ${n(-wide * 0.5)} ${n(66 + gap)} ${n(-wide)} ${n(corner)}z" fill="#4e1f20"/>${teeth}
<path d="M${n(-wide)} ${n(corner)}C${n(-wide * 0.5)} 58 -6 57 0 59C6 57 ${n(wide * 0.5)} 58 ${n(wide)} ${n(corner)}C${n(wide * 0.4)} 64.5 ${n(-wide * 0.4)} 64.5 ${n(-wide)} ${n(corner)}z" fill="${lips}"/>
<path d="M${n(-wide)} ${n(corner)}C${n(-wide * 0.5)} ${n(64 + gap)} ${n(wide * 0.5)} ${n(64 + gap)} ${n(wide)} ${n(corner)}C${n(wide * 0.6)} ${n(76 + gap)} ${n(-wide * 0.6)} ${n(76 + gap)} ${n(-wide)} ${n(corner)}z" fill="${lips}"/>
<ellipse cx="0" cy="${n(80 + gap)}" rx="16" ry="4" fill="url(#soft)" opacity=".7"/>`;
}

function hair({ cheek }: Look, { turn }: Pose): string {
  const side = n(-turn * 3);
  const path =
    'M-66 4C-80 -70 -52 -118 6 -118S78 -74 67 4C62 -6 60 -26 54 -40C26 -44 -4 -52 -22 -66C-34 -50 -52 -44 -56 -34C-60 -22 -62 -10 -66 4z';
  return `<g transform="translate(${side} 0) scale(${n(cheek / 62)} 1)"><path d="${path}" fill="url(#hair)"/></g>`;
}

/** A number for SVG: two decimals are finer than what is seen. */
function n(value: number): string {
  return String(Math.round(value * 100) / 100);
}
