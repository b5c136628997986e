-- The schema of Spring Security's JdbcDaoImpl, for PostgreSQL.
CREATE TABLE users (
  username varchar(50) NOT NULL PRIMARY KEY,
  password varchar(500) NOT NULL,
  enabled boolean NOT NULL
);
CREATE TABLE authorities (
  username varchar(50) NOT NULL REFERENCES users (username),
  authority varchar(50) NOT NULL,
  UNIQUE (username, authority)
);
INSERT INTO users VALUES
  ('Ada', '{bcrypt}$2a$10$dXJ3SW6G7P50lGmMkkmwe.20cQQubK3.HZWzG3YB1tlRy.fqvM/BG', true),
  ('dora', '{bcrypt}$2a$10$dXJ3SW6G7P50lGmMkkmwe.20cQQubK3.HZWzG3YB1tlRy.fqvM/BG', false),
  ('nora', '{noop}password', true);
INSERT INTO authorities VALUES ('Ada', 'ROLE_USER'), ('Ada', 'ROLE_ADMIN');
