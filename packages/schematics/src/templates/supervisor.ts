import type { Names } from '../naming.js';

export function supervisorFile({ className }: Names, isRoot: boolean): string {
  const comment = isRoot
    ? `/**
 * The root of the tree. Its children start in the order listed, before the
 * application listens, and stop in reverse, after it has stopped listening.
 */`
    : `/** Its children start in the order listed and stop in reverse. */`;
  return `import { Supervisor } from '@rookery/nestjs';

${comment}
@Supervisor({ strategy: 'one_for_one', children: [] })
export class ${className} {}
`;
}

/** Boots the application, as the tree needs the providers of its servers; of the tree, what is below the supervisor. */
export function supervisorSpec(
  { className, base }: Names,
  extension: string,
  isRoot: boolean,
  app: { readonly className: string; readonly from: string },
): string {
  return `import type { SupervisorRef } from '@rookery/genserver';
import { getSupervisorToken } from '@rookery/nestjs';
import { SupervisionTestingModule } from '@rookery/nestjs/testing';
import { ${app.className} } from '${app.from}';
import { ${className} } from './${base}.supervisor${extension}';

describe('${className}', () => {
  let app: SupervisionTestingModule;

  beforeEach(async () => {
    app = await SupervisionTestingModule.createTestingModule({ imports: [${app.className}] })
      ${isRoot ? '' : `.startOnly(${className})\n      `}.compile();
    await app.init(); // starts the tree${isRoot ? '' : ', but nothing beside it'}
  });

  afterEach(async () => {
    await app.close();
    await app.assertNoLeaks();
  });

  async function allAreUp(): Promise<boolean> {
    const supervisor = app.get<SupervisorRef>(getSupervisorToken(${className}), { strict: false });
    const { specs, active } = await supervisor.countChildren();
    return active === specs;
  }

  it('is up with all its children when the application is', async () => {
    expect(await allAreUp()).toBe(true);
  });
${isRoot ? '' : crashTest(className)}});
`;
}

function crashTest(className: string): string {
  return `
  it('is brought back with its children', async () => {
    app.useLogger(false); // it is meant to crash
    expect(await app.crash(${className})).toMatchObject({ kind: 'restarted' });
    expect(await allAreUp()).toBe(true);
  });
`;
}
