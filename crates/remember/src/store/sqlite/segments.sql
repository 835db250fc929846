-- Documents once more, 1,024 together in the order they were written, in the shape a search runs through.
-- All of it is made from table document, and can be made anew at any time.
CREATE TABLE segment (
    tenant TEXT NOT NULL,
    last_seq INTEGER NOT NULL,
    -- The seq of each document, how many words it has, and what predicates look at: numbers, little endian.
    seqs BLOB NOT NULL,
    lengths BLOB NOT NULL,
    facets BLOB NOT NULL,
    PRIMARY KEY (tenant, last_seq)
) STRICT;
-- Only where all documents of a segment have their vector of one model.
CREATE TABLE segment_vectors (
    tenant TEXT NOT NULL,
    last_seq INTEGER NOT NULL,
    model TEXT NOT NULL,
    vectors BLOB NOT NULL,
    PRIMARY KEY (tenant, last_seq)
) STRICT;
-- What documents say, in lower case.
CREATE TABLE segment_texts (
    tenant TEXT NOT NULL,
    last_seq INTEGER NOT NULL,
    texts BLOB NOT NULL,
    PRIMARY KEY (tenant, last_seq)
) STRICT;
-- Which document holds which word; words by their remainder, so that a question reads few of these.
CREATE TABLE segment_words (
    tenant TEXT NOT NULL,
    bucket INTEGER NOT NULL,
    last_seq INTEGER NOT NULL,
    postings BLOB NOT NULL,
    PRIMARY KEY (tenant, bucket, last_seq)
) STRICT;
-- Documents that went away or gave place to a later one: those who hold them in memory look here.
CREATE TABLE gone (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    tenant TEXT NOT NULL,
    seq INTEGER NOT NULL
) STRICT;
CREATE INDEX gone_by_tenant ON gone (tenant);
CREATE INDEX document_by_tenant ON document (tenant);
