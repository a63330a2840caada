CREATE TABLE "games" (
	"id" text PRIMARY KEY NOT NULL,
	"x_player" text,
	"x_level" smallint,
	"o_player" text,
	"o_level" smallint,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"started_at" timestamp (3) with time zone,
	"ending" text,
	"winner" smallint,
	"ended_at" timestamp (3) with time zone,
	"rematch_of" text,
	CONSTRAINT "games_one_rematch" UNIQUE("rematch_of"),
	CONSTRAINT "games_x_taken" CHECK (num_nonnulls("games"."x_player", "games"."x_level") = 1),
	CONSTRAINT "games_o_taken_once" CHECK (num_nonnulls("games"."o_player", "games"."o_level") <= 1),
	CONSTRAINT "games_level" CHECK ("games"."x_level" between 1 and 5 and "games"."o_level" between 1 and 5),
	CONSTRAINT "games_ending" CHECK (("games"."ending" is null) = ("games"."ended_at" is null) and ("games"."winner" is not null) = (coalesce("games"."ending", '') in ('line', 'resigned', 'timeout'))),
	CONSTRAINT "games_winner" CHECK ("games"."winner" in (0, 1))
);
--> statement-breakpoint
CREATE TABLE "mails" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "mails_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"game_id" text NOT NULL,
	"to" text NOT NULL,
	"subject" text NOT NULL,
	"text" text NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"attempts" integer DEFAULT 0 NOT NULL,
	"last_error" text,
	"given_up_at" timestamp (3) with time zone
);
--> statement-breakpoint
CREATE TABLE "moves" (
	"game_id" text NOT NULL,
	"ply" smallint NOT NULL,
	"column" smallint NOT NULL,
	"at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"previous_ply" smallint GENERATED ALWAYS AS (nullif(ply, 0) - 1) STORED,
	CONSTRAINT "moves_key" PRIMARY KEY("game_id","ply"),
	CONSTRAINT "moves_on_board" CHECK ("moves"."ply" between 0 and 41 and "moves"."column" between 0 and 6)
);
--> statement-breakpoint
CREATE TABLE "players" (
	"id" text PRIMARY KEY NOT NULL,
	"name" text NOT NULL,
	"email" text,
	"token_hash" text NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"won" integer DEFAULT 0 NOT NULL,
	"drawn" integer DEFAULT 0 NOT NULL,
	"lost" integer DEFAULT 0 NOT NULL,
	"last_played_at" timestamp (3) with time zone,
	CONSTRAINT "players_token_hash" UNIQUE("token_hash")
);
--> statement-breakpoint
ALTER TABLE "games" ADD CONSTRAINT "games_x_player_players_id_fk" FOREIGN KEY ("x_player") REFERENCES "public"."players"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "games" ADD CONSTRAINT "games_o_player_players_id_fk" FOREIGN KEY ("o_player") REFERENCES "public"."players"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "games" ADD CONSTRAINT "games_rematch_of" FOREIGN KEY ("rematch_of") REFERENCES "public"."games"("id") ON DELETE set null ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "mails" ADD CONSTRAINT "mails_game_id_games_id_fk" FOREIGN KEY ("game_id") REFERENCES "public"."games"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "moves" ADD CONSTRAINT "moves_game_id_games_id_fk" FOREIGN KEY ("game_id") REFERENCES "public"."games"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "moves" ADD CONSTRAINT "moves_previous" FOREIGN KEY ("game_id","previous_ply") REFERENCES "public"."moves"("game_id","ply") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "games_unfinished" ON "games" USING btree ("created_at") WHERE "games"."ending" is null;--> statement-breakpoint
CREATE INDEX "games_ended_at" ON "games" USING btree ("ended_at");--> statement-breakpoint
CREATE INDEX "games_x_player" ON "games" USING btree ("x_player");--> statement-breakpoint
CREATE INDEX "games_o_player" ON "games" USING btree ("o_player");--> statement-breakpoint
CREATE INDEX "mails_pending" ON "mails" USING btree ("attempts","id") WHERE "mails"."given_up_at" is null;--> statement-breakpoint
CREATE INDEX "mails_game" ON "mails" USING btree ("game_id");--> statement-breakpoint
CREATE INDEX "players_points" ON "players" USING btree ((3 * "won" + "drawn") desc);