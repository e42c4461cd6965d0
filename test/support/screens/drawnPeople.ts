/** People who do not exist, drawn: cameras for screenshots that may be shown to anybody. */
export interface DrawnLook {
  skin: string;
  shade: string;
  hair: string;
  shirt: string;
  collar: string;
  cut: 'long' | 'short' | 'curly' | 'scarf';
  room: 'shelf' | 'night' | 'plant' | 'board';
}

export interface DrawnPerson {
  username: string;
  fullName: string;
  look: DrawnLook;
}

export const drawnPeople = {
  linyue: {
    username: 'linyue',
    fullName: '林月',
    look: look('#F0C9AC', '#CF9C7B', '#2a2220', '#355a8a', '#dbe6f1', 'long', 'board'),
  },
  omar: {
    username: 'omar',
    fullName: 'Omar Haddad',
    look: look('#9a6444', '#6d4229', '#17110f', '#c9c3b8', '#efe9df', 'short', 'plant'),
  },
  ada: {
    username: 'ada',
    fullName: 'Ada Lind',
    look: look('#F0C9AC', '#CF9C7B', '#7a4a2a', '#8a4f5e', '#f3e6e2', 'long', 'shelf'),
  },
  chenmo: {
    username: 'chenmo',
    fullName: '陈默',
    look: look('#E3B189', '#B97F58', '#15110f', '#1f2937', '#c7d0da', 'short', 'night'),
  },
  noor: {
    username: 'noor',
    fullName: 'Noor',
    look: look('#B97F58', '#8f5c3c', '#3e5f85', '#2f4a63', '#5e7ea3', 'scarf', 'plant'),
  },
  mira: {
    username: 'mira',
    fullName: 'Mira Okafor',
    look: look('#7d4d33', '#57331f', '#120d0b', '#c08a2c', '#efe0c1', 'curly', 'shelf'),
  },
} satisfies Record<string, DrawnPerson>;

function look(
  skin: string,
  shade: string,
  hair: string,
  shirt: string,
  collar: string,
  cut: DrawnLook['cut'],
  room: DrawnLook['room'],
): DrawnLook {
  return { skin, shade, hair, shirt, collar, cut, room };
}

/** The two layers of a person's picture as SVG of 640x360: the room, and the person who moves before it. */
export function drawLook(person: DrawnLook): { room: string; figure: string } {
  return { room: svg(`<g filter="url(#soft)">${rooms[person.room]}</g>`), figure: svg(figure(person)) };
}

function svg(content: string): string {
  return `<svg xmlns="http://www.w3.org/2000/svg" width="640" height="360" viewBox="0 0 320 180"><defs><filter id="soft" x="-10%" y="-10%" width="120%" height="120%"><feGaussianBlur stdDeviation="3"/></filter></defs>${content}</svg>`;
}

/** They reach over the picture's edges, which the blur would make transparent. */
const rooms: Record<DrawnLook['room'], string> = {
  shelf: `<rect x="-20" y="-20" width="360" height="220" fill="#8b7564"/><g fill="#6f5b4c"><rect x="-20" y="46" width="360" height="6"/><rect x="-20" y="104" width="360" height="6"/></g><rect x="14" y="12" width="12" height="34" fill="#a5534a"/><rect x="40" y="10" width="14" height="36" fill="#4d6a73"/><rect x="60" y="20" width="28" height="26" fill="#c9b59c"/><rect x="236" y="12" width="14" height="34" fill="#51707a"/><rect x="268" y="8" width="10" height="38" fill="#d9c7a3"/><rect x="20" y="68" width="30" height="36" fill="#5b6d58"/><rect x="256" y="72" width="34" height="32" fill="#a08d78"/>`,
  night: `<rect x="-20" y="-20" width="360" height="220" fill="#141a2a"/><circle cx="44" cy="58" r="44" fill="#5d4a38"/><circle cx="44" cy="58" r="20" fill="#e0b070"/><rect x="214" y="-10" width="120" height="120" fill="#23304f"/><g fill="#b98a4e"><circle cx="236" cy="52" r="6"/><circle cx="262" cy="66" r="6"/><circle cx="288" cy="44" r="6"/></g>`,
  plant: `<rect x="-20" y="-20" width="360" height="220" fill="#8fa5a0"/><rect x="208" y="-10" width="130" height="150" fill="#c3d6d2"/><g fill="#4f7358"><ellipse cx="34" cy="92" rx="14" ry="52" transform="rotate(-18 34 92)"/><ellipse cx="60" cy="84" rx="13" ry="52" transform="rotate(20 60 84)"/></g><rect x="22" y="132" width="46" height="60" fill="#d5c8b6"/>`,
  board: `<rect x="-20" y="-20" width="360" height="220" fill="#e9edef"/><rect x="20" y="14" width="280" height="110" fill="#fbfcfc"/><g fill="#c3d0d6"><rect x="40" y="34" width="80" height="8"/><rect x="40" y="54" width="56" height="8"/><rect x="206" y="34" width="72" height="8"/></g><rect x="-20" y="150" width="360" height="60" fill="#c9cfd2"/>`,
};

function figure({ skin, shade, hair, shirt, collar, cut }: DrawnLook): string {
  const face = `<path d="M131 70c0-26 13-38 29-38s29 12 29 38c0 24-12 42-29 42s-29-18-29-42z" fill="${skin}"/>
<path d="M160 32c16 0 29 12 29 38 0 24-12 42-29 42 10-14 14-50 0-80z" fill="${shade}" opacity=".45"/>`;
  const features = `<g stroke="${hair}" stroke-width="2" stroke-linecap="round" opacity=".7" fill="none"><path d="M141 66c3-2 8-2 11 0M168 66c3-2 8-2 11 0"/></g><g fill="#2a2020" opacity=".85"><ellipse cx="147" cy="73.5" rx="2.6" ry="2.2"/><ellipse cx="173" cy="73.5" rx="2.6" ry="2.2"/></g><path d="M160 76c-1 5-3 8-1 10 1 .8 3 .8 4 0" stroke="${shade}" stroke-width="1.8" fill="none" stroke-linecap="round"/><path d="M151 96c5 4 13 4 18 0" stroke="#7a3f38" stroke-width="1.9" fill="none" stroke-linecap="round" opacity=".85"/>`;
  return `${hairBehind(cut, hair)}<path d="M62 190c2-44 34-56 76-64h44c42 8 74 20 76 64z" fill="${shirt}"/><path d="M138 126c4 14 40 14 44 0l5 1c-5 20-49 20-54 0z" fill="${collar}" opacity=".85"/><path d="M146 98h28v24c0 12-28 12-28 0z" fill="${shade}"/>${face}${features}${hairInFront(cut, hair)}`;
}

function hairBehind(cut: DrawnLook['cut'], hair: string): string {
  if (cut === 'long')
    return `<path d="M122 74c-4-36 18-54 38-54s42 18 38 54c1 24 2 40-2 50-16 4-56 4-72 0-4-10-3-26-2-50z" fill="${hair}"/>`;
  if (cut === 'curly')
    return `<g fill="${hair}"><circle cx="132" cy="62" r="16"/><circle cx="188" cy="62" r="16"/><circle cx="142" cy="38" r="18"/><circle cx="178" cy="38" r="18"/><circle cx="160" cy="32" r="18"/><circle cx="128" cy="84" r="12"/><circle cx="192" cy="84" r="12"/></g>`;
  if (cut === 'scarf')
    return `<path d="M118 82c-4-44 20-62 42-62s46 18 42 62c0 28 8 44 10 62H108c2-18 10-34 10-62z" fill="${hair}"/>`;
  return '';
}

function hairInFront(cut: DrawnLook['cut'], hair: string): string {
  switch (cut) {
    case 'scarf':
      return `<path d="M118 82c-4-44 20-62 42-62s46 18 42 62c0 28 8 44 10 62H108c2-18 10-34 10-62zm16-8c0 26 12 40 26 40s26-14 26-40c0-24-10-34-26-34s-26 10-26 34z" fill="${hair}" fill-rule="evenodd"/>`;
    case 'curly':
      return `<g fill="${hair}"><circle cx="140" cy="46" r="11"/><circle cx="156" cy="40" r="11"/><circle cx="172" cy="41" r="11"/><circle cx="184" cy="50" r="9"/></g>`;
    case 'short':
      return `<path d="M130 66c-3-28 14-38 30-38s33 10 30 38c-3-10-5-16-8-20-14-3-30-3-44 0-3 4-5 10-8 20z" fill="${hair}"/>`;
    case 'long':
      return `<path d="M129 68c-2-28 14-40 31-40s34 12 31 40c-10-8-14-16-16-22-10 10-32 12-46 22z" fill="${hair}"/>`;
  }
}
