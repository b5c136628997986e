-- As Laravel 12 makes it: database/migrations/0001_01_01_000000_create_users_table.php on PostgreSQL.
CREATE TABLE users (
  id bigserial PRIMARY KEY,
  name varchar(255) NOT NULL,
  email varchar(255) NOT NULL UNIQUE,
  email_verified_at timestamp(0),
  password varchar(255) NOT NULL,
  remember_token varchar(100),
  created_at timestamp(0),
  updated_at timestamp(0)
);
INSERT INTO users (name, email, email_verified_at, password, created_at, updated_at) VALUES
  ('Ada Lovelace', 'Ada@example.org', now(),
   '$2y$04$abcdefghijklmnopqrstuuanVo7Xut1CH8VGIGlz1JovQh9GJbbtG', now(), now());
