import { fileURLToPath } from 'node:url';
import { describe, expect, test } from '@jest/globals';
import { Program } from './support/program.js';

const fixture = fileURLToPath(new URL('fixtures/hanging-hook.mjs', import.meta.url));
const HOOKS = ['onModuleDestroy', 'beforeApplicationShutdown', 'onApplicationShutdown'] as const;
const PLACES = ['root', 'provider', 'module', 'controller', 'global', 'transient', 'shared'] as const;

const all = HOOKS.flatMap((hook) => PLACES.map((place) => [hook, place] as const));
/** Those of other global modules may come after the tree's, which is down by then. */
const phaseOf = (hook: (typeof HOOKS)[number], place: string): string =>
  hook === 'onApplicationShutdown' && place === 'global' ? '(stopping|stopped)' : 'stopping';

describe('a hook of another provider that never ends', () => {
  test.each(all)('is not waited for beyond its part of the deadline: %s of a %s', async (hook, place) => {
    const program = new Program(fixture, hook, place, '800', 'SIGTERM');
    await program.says('listening');
    program.kill('SIGTERM');
    const { signal, output } = await program.ended();
    expect(output).toMatch(new RegExp(`hanging, ${phaseOf(hook, place)}\n`));
    expect(output).toMatch(/^terminate$/m);
    expect(output).toMatch(
      new RegExp(`${hook} of \\w+ has not ended by \\d+ ms of the shutdown deadline \\(800 ms\\)`),
    );
    expect(signal).toBe('SIGTERM'); // Nest came to the end of its own shutdown
  });

  test.each(all.filter(([, place]) => /root|provider|global/.test(place)))(
    'is left at once by a second signal: %s of a %s',
    async (hook, place) => {
      const program = new Program(fixture, hook, place, '600000', 'SIGTERM');
      await program.says('listening');
      program.kill('SIGTERM');
      await program.says('echo over');
      program.kill('SIGINT');
      const { code, output } = await program.ended();
      expect(output).toContain('SIGINT while stopping: the process ends at once');
      expect(output).toContain('exit 130'); // exit handlers run
      expect(code).toBe(130);
    },
  );

  test.each(HOOKS)('does not keep app.close() either: %s', async (hook) => {
    const { code, output } = await new Program(fixture, hook, 'provider', '800', 'close').ended();
    expect(output).toMatch(/^terminate$[^]*^closed$/m);
    expect(code).toBe(0);
  });
});

describe('a hook that never ends and cannot be watched, as its object is frozen', () => {
  test.each(HOOKS)('does not keep the tree from stopping in good order: %s', async (hook) => {
    const program = new Program(fixture, hook, 'frozen', '800', 'SIGTERM');
    await program.says('listening');
    program.kill('SIGTERM');
    await program.finds(/^terminate$/m);
    await program.says('echo over');
    program.kill('SIGTERM');
    const { code, output } = await program.ended();
    expect(output).toContain('Nest has not come to the stop of the tree by 600 ms of the shutdown deadline (800 ms)');
    expect(code).toBe(143);
  });
});
