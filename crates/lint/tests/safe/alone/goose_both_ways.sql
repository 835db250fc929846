-- +goose Up
CREATE TABLE a (b int);
-- +goose Down
DROP TABLE a;
