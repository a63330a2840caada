DROP INDEX "mails_pending";--> statement-breakpoint
ALTER TABLE "mails" ADD COLUMN "next_try_at" timestamp with time zone DEFAULT now() NOT NULL;--> statement-breakpoint
CREATE INDEX "mails_pending" ON "mails" USING btree ("next_try_at","id") WHERE "mails"."given_up_at" is null;