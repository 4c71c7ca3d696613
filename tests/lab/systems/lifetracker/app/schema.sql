CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT NOT NULL);
CREATE TABLE challenge_templates (id INTEGER PRIMARY KEY, title TEXT NOT NULL);
CREATE TABLE challenges (id INTEGER PRIMARY KEY, template_id INTEGER NOT NULL REFERENCES challenge_templates (id));
CREATE TABLE daily_log (
  id INTEGER PRIMARY KEY,
  user_id INTEGER NOT NULL REFERENCES users (id),
  challenge_id INTEGER NOT NULL REFERENCES challenges (id),
  date TEXT NOT NULL
);
INSERT INTO users VALUES (1, 'Anna'), (2, 'Boris');
INSERT INTO challenge_templates VALUES (1, 'Ten thousand steps'), (2, 'No sugar');
INSERT INTO challenges VALUES (1, 1), (2, 2);
INSERT INTO daily_log VALUES (1, 1, 1, '2026-05-01'), (2, 1, 2, '2026-05-01'), (3, 2, 1, '2026-05-02');
