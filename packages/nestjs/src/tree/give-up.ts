import { type INestApplicationContext, Injectable } from '@nestjs/common';

/** The application that is to be closed when its tree gives up, once somebody has named it. */
@Injectable()
export class ClosingApplication {
  app: Pick<INestApplicationContext, 'close'> | undefined;
}

/**
 * Names the application that `onGiveUp: 'close'` closes, as a module cannot know it: `const app = closeOnGiveUp(await
 * NestFactory.create(AppModule))`. Gives it back. Throws Nest's UnknownElementException when it has no supervision tree.
 */
export function closeOnGiveUp<App extends INestApplicationContext>(app: App): App {
  app.get(ClosingApplication).app = app;
  return app;
}

/**
 * The end of the application when its tree has given up: a non-zero exit code, whatever ends the process, and a SIGTERM to
 * itself, which Nest answers with its ordinary shutdown.
 */
export function endOnGiveUp(): void {
  failOnExit();
  process.kill(process.pid, 'SIGTERM');
}

/** Closes the application and leaves the process to end by itself. */
export async function closeAfterGivingUp({ app }: ClosingApplication): Promise<void> {
  if (app === undefined) throw new Error(`onGiveUp is 'close', and no application was named: call closeOnGiveUp(app).`);
  failOnExit();
  await app.close();
}

function failOnExit(): void {
  process.once('exit', (code) => {
    if (code === 0) process.exitCode = 1;
  });
}
