-- As Devise 4 makes it with rails g devise User: lockable and confirmable are on.
CREATE TABLE users (
  id bigserial PRIMARY KEY,
  email varchar DEFAULT '' NOT NULL UNIQUE,
  encrypted_password varchar DEFAULT '' NOT NULL,
  reset_password_token varchar UNIQUE,
  reset_password_sent_at timestamp(6),
  remember_created_at timestamp(6),
  confirmation_token varchar UNIQUE,
  confirmed_at timestamp(6),
  confirmation_sent_at timestamp(6),
  unconfirmed_email varchar,
  failed_attempts integer DEFAULT 0 NOT NULL,
  unlock_token varchar UNIQUE,
  locked_at timestamp(6),
  created_at timestamp(6) NOT NULL,
  updated_at timestamp(6) NOT NULL
);
INSERT INTO users (email, encrypted_password, confirmed_at, locked_at, created_at, updated_at) VALUES
  ('ada@example.org', '$2a$04$abcdefghijklmnopqrstuuanVo7Xut1CH8VGIGlz1JovQh9GJbbtG',
   now(), NULL, now(), now()),
  ('dora@example.org', '$2a$04$abcdefghijklmnopqrstuuanVo7Xut1CH8VGIGlz1JovQh9GJbbtG',
   NULL, now(), now(), now()),
  ('nora@example.org', '', NULL, NULL, now(), now());
