-- As ASP.NET Core Identity 8 makes it with Npgsql.
CREATE TABLE "AspNetUsers" (
  "Id" text PRIMARY KEY,
  "UserName" varchar(256),
  "NormalizedUserName" varchar(256) UNIQUE,
  "Email" varchar(256),
  "NormalizedEmail" varchar(256),
  "EmailConfirmed" boolean NOT NULL,
  "PasswordHash" text,
  "SecurityStamp" text,
  "ConcurrencyStamp" text,
  "PhoneNumber" text,
  "PhoneNumberConfirmed" boolean NOT NULL,
  "TwoFactorEnabled" boolean NOT NULL,
  "LockoutEnd" timestamptz,
  "LockoutEnabled" boolean NOT NULL,
  "AccessFailedCount" integer NOT NULL
);
INSERT INTO "AspNetUsers" VALUES
  ('2f4d4a3c-0000-4000-8000-000000000001', 'Ada', 'ADA', 'Ada@example.org', 'ADA@EXAMPLE.ORG', true,
   'AQAAAAEAACcQAAAAEAABAgMEBQYHCAkKCwwNDg+yWU7rLgUwPZb1Itsmra7cbxw2EFpwpVFIEtP+JIuUEw==',
   'STAMP', 'x', NULL, false, false, NULL, true, 0),
  ('2f4d4a3c-0000-4000-8000-000000000002', 'dora', 'DORA', 'dora@example.org', 'DORA@EXAMPLE.ORG', true,
   'AQAAAAEAACcQAAAAEAABAgMEBQYHCAkKCwwNDg+yWU7rLgUwPZb1Itsmra7cbxw2EFpwpVFIEtP+JIuUEw==',
   'STAMP', 'x', '+44 20 7946 0000', true, false, 'infinity', true, 0),
  ('2f4d4a3c-0000-4000-8000-000000000003', 'nora', 'NORA', NULL, NULL, false,
   NULL, 'STAMP', 'x', NULL, false, false, NULL, true, 0);
