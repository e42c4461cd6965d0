import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { documentedCommands } from '../support/documentedCommands.ts';
import { ServerProcess } from '../support/serverProcess.ts';

const root = new URL('../..', import.meta.url).pathname;
const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
  scripts: Record<string, string>;
};

interface Result {
  code: number | null;
  output: string;
}

/** How a command of the documents is tried. The first rule that fits counts; one that none fits fails the test. */
interface Rule {
  fits: RegExp;
  /** Run as it stands there, with examples put in for capitals: what it has to say, and how it ends (0 if not told). */
  says?: RegExp;
  code?: number;
  /** Not run, and why; its program explains itself by `--help`, or is at least there. */
  instead?: 'help' | 'there';
  why?: string;
}

const installs = 'it installs and builds; setup has tests of its own';
const rules: readonly Rule[] = [
  { fits: /^npm run admin -- create /, says: /Password: \S{12,}/ },
  { fits: /^npm run admin -- --help$/, says: /^usage: npm run admin/ },
  { fits: /^npm run admin -- invite$/, says: /\/invite\/|#|http/ },
  { fits: /^npm run admin -- webhooks$/, says: /^0 events wait, 0 were/m },
  { fits: /^npm run backup$/, says: /rows of \d+ tables/ },
  { fits: /^npm run restore -- FILE$/, says: /is back/ },
  { fits: /^npm run check$/, says: /0 rows break one/ },
  { fits: /^npm run verify-log$/, says: /all are as they were written/ },
  { fits: /^npm run config$/, says: /^server\.port +\d+ /m },
  { fits: /^npm run config:docs$/, says: /^$/ },
  { fits: /^npm run health$/, says: /^The server answers/ },
  { fits: /^npm run scoreboard$/, says: /^run +tried +lost/ },
  { fits: /^openssl rand -(base64|hex) \d+$/, says: /^[\w+/=]{32,}\n$/ },
  { fits: /^npm start$/, instead: 'there', why: 'what it starts after setup is the server of this test' },
  { fits: /^npm test$/, instead: 'help', why: 'this runs in it' },
  { fits: /^npm run (bench|eval|demo|screens|test:network|chaos|soak|stages|dev)\b/, instead: 'help', why: installs },
  { fits: /^npm run (fuzz|explain|models)\b/, instead: 'help', why: 'it has tests of its own, with real input' },
  { fits: /^node --import tsx scripts\/eval\/ambient\.ts$/, instead: 'there', why: 'takes minutes and the clips' },
  { fits: /^docker compose /, instead: 'there', why: 'no container engine; npm run stages does what it would' },
];

describe('commands of the documents', function () {
  this.timeout(180_000);
  let server: ServerProcess;
  let other: string;
  const helps: Record<string, Promise<Result>> = {};

  before(async () => {
    server = await ServerProcess.start();
    other = await mkdtemp(join(tmpdir(), 'veritalk-docs-'));
  });
  after(async () => {
    await server.stop();
    await rm(other, { recursive: true, force: true });
  });

  /** As npm runs it, with the settings of the server of this test. */
  async function run(line: string, dataDir = server.dataDir): Promise<Result> {
    const { port, hostname } = new URL(server.url);
    const child = spawn('sh', ['-c', line], {
      cwd: root,
      env: {
        ...process.env,
        PATH: `${join(root, 'node_modules/.bin')}:${dirname(process.execPath)}:${process.env.PATH}`,
        NODE_ENV: 'test',
        DATA_DIR: dataDir,
        HOST: hostname,
        PORT: port,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => (output += text));
    }
    const [code] = (await once(child, 'close')) as [number | null];
    return { code, output };
  }

  /** The command line of `npm run NAME -- ARGUMENTS`. */
  function scriptOf(command: string): { name: string; line: string; rest: string } {
    const [, , named, plain, rest = ''] = /^npm (run (\S+)|(\w+))(?: --(?= ))?(.*)$/.exec(command) ?? [];
    const name = named ?? plain ?? '';
    const line = scripts[name];
    assert.ok(line !== undefined, `package.json has no "${name}"`);
    return { name, line, rest };
  }

  /** Examples in place of what stands for them, in the order in which the documents do things. */
  async function withExamples(command: string): Promise<string> {
    const backups = join(server.dataDir, 'backups');
    const [file = ''] = existsSync(backups) ? await readdir(backups) : [];
    return command.replace('NAME', 'first').replace('EMAIL', 'first@example.org').replace('FILE', join(backups, file));
  }

  async function tryRun(command: string, { says, code = 0 }: Rule): Promise<void> {
    let line = await withExamples(command);
    if (line.startsWith('npm ')) {
      const script = scriptOf(line);
      line = script.line + script.rest;
    }
    const result = await run(line, command.includes('restore') ? other : undefined);
    assert.equal(result.code, code, result.output);
    assert.match(result.output, says ?? /./);
  }

  async function tryHelp(command: string): Promise<void> {
    // What comes before `exec` is setup.
    const line = scriptOf(command).line.replace(/^.*\bexec /, '');
    const { code, output } = await (helps[line] ??= run(`${line} --help`));
    assert.equal(code, 0, output);
    assert.match(output, /^usage: (npm|node) /);
  }

  function checkThere(command: string): void {
    const program = /\b(dist\/src\/commands\/\w+\.js|scripts\/[\w/]+\.ts)/.exec(command)?.[0];
    if (program) assert.ok(existsSync(join(root, program)), program);
    else if (command === 'npm start') assert.ok(existsSync(join(root, scriptOf(command).line.split(' ').at(-1) ?? '')));
    else assert.ok(command.startsWith('docker compose ') && existsSync(join(root, 'compose.yaml')));
  }

  for (const { text, pages } of documentedCommands(root)) {
    const rule = rules.find(({ fits }) => fits.test(text));
    it(`${text} (${pages.join(', ')})${rule?.why ? `: not run, ${rule.why}` : ''}`, async () => {
      assert.ok(rule, 'no rule says how this command is tried');
      if (rule.instead === 'help') await tryHelp(text);
      else if (rule.instead === 'there') checkThere(text);
      else await tryRun(text, rule);
    });
  }

  it('are found: there are more than a few, and every rule is for one of them', () => {
    const all = documentedCommands(root).map(({ text }) => text);
    assert.ok(all.length > 20);
    for (const { fits } of rules)
      assert.ok(
        all.some((text) => fits.test(text)),
        String(fits),
      );
  });
});
