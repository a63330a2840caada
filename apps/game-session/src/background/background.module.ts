import { join } from 'node:path';
import { Global, Module } from '@nestjs/common';
import { CircuitBreakerModule } from '@rookery/nestjs/circuit-breaker';
import { DataCleanup } from '../cleanup/data-cleanup.server.js';
import { classifyMailError } from '../mail/delivery.js';
import { EmailWorker, MAIL_BREAKER } from '../mail/email-worker.server.js';
import { MailFigures } from '../mail/mail-figures.js';
import { mailerOf, type MailSettings, OPEN_MAILER, type OpenMailer } from '../mail/mailer.js';
import { REPORT_FILES, ReportFiles } from '../reports/report-files.js';
import { ReportGenerator } from '../reports/report-generator.server.js';
import { ReportsController } from '../reports/reports.controller.js';
import { SETTINGS } from '../settings.js';
import { BackgroundSupervisor } from './background.supervisor.js';
import { Jobs } from './jobs.supervisor.js';

/** What goes on while people play: mails, reports, clean-up. */
@Global()
@Module({
  imports: [
    CircuitBreakerModule.forFeature({
      breakers: [
        {
          name: MAIL_BREAKER,
          failureThreshold: 3,
          timeoutMs: 30_000,
          callTimeoutMs: 10_000,
          classifyError: classifyMailError,
        },
      ],
    }),
  ],
  controllers: [ReportsController],
  providers: [
    BackgroundSupervisor,
    Jobs,
    EmailWorker,
    ReportGenerator,
    DataCleanup,
    MailFigures,
    {
      provide: OPEN_MAILER,
      inject: [SETTINGS],
      useFactory: (settings: MailSettings): OpenMailer => {
        return () => mailerOf(settings);
      },
    },
    {
      provide: REPORT_FILES,
      inject: [SETTINGS],
      useFactory: ({ dataDir }: MailSettings) => new ReportFiles(join(dataDir, 'reports')),
    },
  ],
  exports: [MailFigures],
})
export class BackgroundModule {}
