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

/** Boots the application, as the tree needs the providers of its servers. */
export function supervisorSpec(
  { className, base }: Names,
  extension: string,
  app: { readonly className: string; readonly from: string },
): string {
  return `import { Test, type TestingModule } from '@nestjs/testing';
import type { SupervisorRef } from '@rookery/genserver';
import { getSupervisorToken } from '@rookery/nestjs';
import { ${app.className} } from '${app.from}';
import { ${className} } from './${base}.supervisor${extension}';

describe('${className}', () => {
  let app: TestingModule;

  beforeEach(async () => {
    app = await Test.createTestingModule({ imports: [${app.className}] }).compile();
    await app.init(); // starts the tree
  });

  afterEach(async () => {
    await app.close();
  });

  it('is up with all its children when the application is', async () => {
    const supervisor = app.get<SupervisorRef>(getSupervisorToken(${className}), { strict: false });
    const { specs, active } = await supervisor.countChildren();
    expect(active).toBe(specs);
  });
});
`;
}
