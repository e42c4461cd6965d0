/** What this project uses of the Dockerfile's language; anything else is an error, so that no line is passed over. */
const known = new Set('FROM RUN COPY ENV WORKDIR USER EXPOSE VOLUME STOPSIGNAL HEALTHCHECK CMD'.split(' '));

export interface Instruction {
  name: string;
  /** All that follows, with continued lines joined. */
  text: string;
  /** Counted from 1. */
  line: number;
}

export interface Stage {
  /** `FROM base AS name`; the last one has no name. */
  base: string;
  name: string | null;
  instructions: Instruction[];
}

/** @throws Error naming the line that is not understood. */
export function instructionsOf(dockerfile: string): Instruction[] {
  const found: Instruction[] = [];
  let open: Instruction | null = null;
  for (const [index, raw] of dockerfile.split('\n').entries()) {
    if (raw.trim() === '' || raw.trimStart().startsWith('#')) continue;
    const continues = raw.endsWith('\\');
    const text = (continues ? raw.slice(0, -1) : raw).trim();
    if (open) open.text += ` ${text}`;
    else {
      const [, name = '', rest = ''] = /^(\w+)\s+(.*)$/.exec(text) ?? [];
      if (!known.has(name)) throw new Error(`line ${index + 1} of the Dockerfile is not understood: ${raw}`);
      open = { name, text: rest, line: index + 1 };
      found.push(open);
    }
    if (!continues) open = null;
  }
  return found;
}

/** @throws Error if it does not begin with FROM. */
export function stagesOf(instructions: readonly Instruction[]): Stage[] {
  const stages: Stage[] = [];
  for (const instruction of instructions) {
    if (instruction.name === 'FROM') {
      const [, base = '', name = null] = /^(\S+)(?:\s+AS\s+(\S+))?$/i.exec(instruction.text) ?? [];
      stages.push({ base, name, instructions: [] });
    } else {
      const stage = stages.at(-1);
      if (!stage) throw new Error('the Dockerfile does not begin with FROM');
      stage.instructions.push(instruction);
    }
  }
  return stages;
}

/** The arguments of CMD in its exec form, as `CMD` and `HEALTHCHECK … CMD` have it. @throws Error for the shell form. */
export function execForm(text: string): string[] {
  const array: unknown = JSON.parse(text.slice(text.indexOf('[')));
  if (!Array.isArray(array) || !array.every((part) => typeof part === 'string')) {
    throw new Error(`not the exec form: ${text}`);
  }
  return array;
}

/** `A=b C=d`, without quotes. */
export function environmentOf(text: string): Record<string, string> {
  return Object.fromEntries(
    text.split(/\s+/).map((pair) => {
      const [, name, value] = /^(\w+)=([^"'\\]*)$/.exec(pair) ?? [];
      if (name === undefined || value === undefined) throw new Error(`not understood: ENV ${text}`);
      return [name, value];
    }),
  );
}

export interface Copy {
  from: string | null;
  sources: string[];
  target: string;
}

/** `COPY [--from=stage] source… target` without further flags. */
export function copyOf(text: string): Copy {
  const words = text.split(/\s+/);
  const flags = words.filter((word) => word.startsWith('--'));
  const from = /^--from=(\S+)$/.exec(flags[0] ?? '')?.[1] ?? null;
  if (flags.length > (from === null ? 0 : 1)) throw new Error(`not understood: COPY ${text}`);
  const places = words.filter((word) => !word.startsWith('--'));
  const target = places.pop();
  if (target === undefined || places.length === 0) throw new Error(`not understood: COPY ${text}`);
  return { from, sources: places, target };
}
