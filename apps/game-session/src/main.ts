import 'reflect-metadata';
import { ConsoleLogger, Logger, ShutdownSignal } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { StartError } from '@rookery/genserver';
import { ShutdownState } from '@rookery/nestjs';
import { AppModule } from './app.module.js';
import { readSettings, type Settings, SettingsError } from './settings.js';
import { configureApp } from './web/configure-app.js';

const logger = new Logger('Main');
const settings = settingsOrExit();
const app = await NestFactory.create<NestExpressApplication>(AppModule.register(settings), {
  bodyParser: false, // configureApp sets its limit
  logger: new ConsoleLogger({ json: settings.logFormat === 'json' }),
});
configureApp(app);
// With process.exit, so that a stop that went well ends with 0 instead of the signal's status.
app.enableShutdownHooks([ShutdownSignal.SIGTERM, ShutdownSignal.SIGINT], { useProcessExit: true });
if (await isUp()) await listen();

function settingsOrExit(): Settings {
  try {
    return readSettings(process.env);
  } catch (error) {
    if (!(error instanceof SettingsError)) throw error;
    logger.error(error.message);
    return process.exit(1);
  }
}

/**
 * The tree is up before the first request can come. Not if a signal came meanwhile, or it could not start: the log has the crash of whoever
 * could not; this is the line for people: which setting to correct, say.
 */
async function isUp(): Promise<boolean> {
  try {
    await app.init();
    return app.get(ShutdownState).isReady;
  } catch (error) {
    if (!(error instanceof StartError)) throw error;
    logger.error(`The app cannot start: ${error.cause instanceof Error ? error.cause.message : error.message}`);
    process.exitCode = 1; // no exit here: what was told to stop meanwhile ends with 0, once it has stopped
    return false;
  }
}

async function listen(): Promise<void> {
  try {
    await app.listen(settings.port, settings.host);
    logger.log(`Listening on ${await app.getUrl()}`);
  } catch {
    // Nest has logged why in one line, such as "listen EADDRINUSE: address already in use 127.0.0.1:3000".
    process.exitCode = 1;
    await app.close();
  }
}
