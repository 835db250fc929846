//! The typed vocabulary of what a statement, or one clause of it, does to tables.
//!
//! A statement is described by one or more forms: `ALTER TABLE t ADD COLUMN c int REFERENCES p, ALTER
//! a SET NOT NULL` is `AddColumn`, `InlineReferences` and `SetNotNull`. What all of them do together
//! is the union, under the strongest lock of any; [`judge`](crate::judge()) computes it.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Which file of measured facts a form is in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Area {
    /// Columns of a table.
    Column,
    /// Constraints of a table.
    Constraint,
    /// Tables as a whole: creating, dropping, settings.
    Table,
    /// Partitions and inheritance.
    Partition,
    /// Indexes.
    Index,
    /// Triggers, rules, policies, views, types, sequences, publications and the like.
    Object,
    /// Reading, writing and maintaining rows.
    Data,
}

impl Area {
    /// Every area.
    pub const ALL: [Self; 7] =
        [Self::Column, Self::Constraint, Self::Table, Self::Partition, Self::Index, Self::Object, Self::Data];

    /// The name of the area's file, without `.toml`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Column => "column",
            Self::Constraint => "constraint",
            Self::Table => "table",
            Self::Partition => "partition",
            Self::Index => "index",
            Self::Object => "object",
            Self::Data => "data",
        }
    }
}

macro_rules! forms {
    ($($area:ident { $($variant:ident = $name:literal: $doc:literal,)* })*) => {
        /// What a statement, or one clause of an `ALTER TABLE`, does. Clauses that stand inside an
        /// `ADD COLUMN` are forms of their own beside the column's.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Form { $($(#[doc = $doc] $variant,)*)* }

        impl Form {
            /// Every form there is, area by area.
            pub const ALL: &[Self] = &[$($(Self::$variant,)*)*];

            /// The word for it in the data files.
            pub const fn name(self) -> &'static str {
                match self { $($(Self::$variant => $name,)*)* }
            }

            /// What it is, as a fragment of SQL or a few words.
            pub const fn meaning(self) -> &'static str {
                match self { $($(Self::$variant => $doc,)*)* }
            }

            /// The area it belongs to.
            pub const fn area(self) -> Area {
                match self { $($(Self::$variant)|* => Area::$area,)* }
            }
        }
    };
}

forms! {
    Column {
        AddColumn = "add_column": "`ADD COLUMN` that may be null, without a default",
        AddColumnNotNull = "add_column_not_null": "`ADD COLUMN … NOT NULL` without a default (fails where there are rows)",
        AddColumnDefault = "add_column_default": "`ADD COLUMN … DEFAULT` with a constant or immutable expression, NOT NULL or not",
        AddColumnDefaultStable = "add_column_default_stable": "`ADD COLUMN … DEFAULT` with a stable expression such as `now()`",
        AddColumnDefaultVolatile = "add_column_default_volatile": "`ADD COLUMN … DEFAULT` with a volatile expression such as `random()`",
        AddColumnSerial = "add_column_serial": "`ADD COLUMN … serial` (or bigserial, smallserial)",
        AddColumnIdentity = "add_column_identity": "`ADD COLUMN … GENERATED … AS IDENTITY`",
        AddColumnGeneratedStored = "add_column_generated_stored": "`ADD COLUMN … GENERATED ALWAYS AS (…) STORED`",
        AddColumnGeneratedVirtual = "add_column_generated_virtual": "`ADD COLUMN … GENERATED ALWAYS AS (…) VIRTUAL`",
        AddColumnDomain = "add_column_domain": "`ADD COLUMN` of a domain without constraints",
        AddColumnDomainConstrained = "add_column_domain_constrained": "`ADD COLUMN` of a domain with a CHECK or NOT NULL, without a default",
        AddColumnDomainConstrainedDefault = "add_column_domain_constrained_default": "`ADD COLUMN` of a domain with a CHECK or NOT NULL, with a constant default",
        DropColumn = "drop_column": "`DROP COLUMN` that no other table's constraint needs",
        DropColumnReferenced = "drop_column_referenced": "`DROP COLUMN … CASCADE` of a column that another table's foreign key references",
        DropColumnReferencing = "drop_column_referencing": "`DROP COLUMN` of a column with a foreign key",
        AlterTypeFree = "alter_type_free": "`ALTER COLUMN … TYPE` that keeps every stored value as it is, of a column without an index",
        AlterTypeFreeIndexed = "alter_type_free_indexed": "the same where the column has an index",
        AlterTypeRebuildsIndexes = "alter_type_rebuilds_indexes": "`ALTER COLUMN … TYPE` that keeps the stored values but rebuilds the column's indexes",
        AlterTypeRewrites = "alter_type_rewrites": "`ALTER COLUMN … TYPE` that converts every row",
        AlterTypeChecked = "alter_type_checked": "`ALTER COLUMN … TYPE` of a column that a CHECK uses, beside the conversion's own form",
        AlterTypeReferencing = "alter_type_referencing": "`ALTER COLUMN … TYPE` of a column with a foreign key, beside the conversion's own form",
        AlterTypeReferenced = "alter_type_referenced": "`ALTER COLUMN … TYPE` of a column that a foreign key references, beside the conversion's own form",
        AlterTypeReferencingConverted = "alter_type_referencing_converted": "the same where the conversion is not free",
        AlterTypeReferencedConverted = "alter_type_referenced_converted": "`ALTER COLUMN … TYPE` of a column that a foreign key references by a conversion that is not free, beside the conversion's own form",
        AlterTypeViewed = "alter_type_viewed": "`ALTER COLUMN … TYPE` of a column that a view or rule uses",
        SetNotNull = "set_not_null": "`ALTER COLUMN … SET NOT NULL` with nothing that proves it",
        SetNotNullProven = "set_not_null_proven": "`ALTER COLUMN … SET NOT NULL` where a validated `CHECK (c IS NOT NULL)` proves it",
        SetNotNullAlready = "set_not_null_already": "`ALTER COLUMN … SET NOT NULL` of a column that is so already",
        DropNotNull = "drop_not_null": "`ALTER COLUMN … DROP NOT NULL`",
        SetDefault = "set_default": "`ALTER COLUMN … SET DEFAULT`",
        DropDefault = "drop_default": "`ALTER COLUMN … DROP DEFAULT`",
        AddIdentity = "add_identity": "`ALTER COLUMN … ADD GENERATED … AS IDENTITY`",
        SetIdentity = "set_identity": "`ALTER COLUMN … SET GENERATED` and sequence options of an identity",
        DropIdentity = "drop_identity": "`ALTER COLUMN … DROP IDENTITY`",
        SetExpressionStored = "set_expression_stored": "`ALTER COLUMN … SET EXPRESSION` of a stored generated column",
        SetExpressionVirtual = "set_expression_virtual": "`ALTER COLUMN … SET EXPRESSION` of a virtual generated column",
        DropExpression = "drop_expression": "`ALTER COLUMN … DROP EXPRESSION` of a stored generated column",
        SetStatistics = "set_statistics": "`ALTER COLUMN … SET STATISTICS`",
        SetStorage = "set_storage": "`ALTER COLUMN … SET STORAGE`",
        SetCompression = "set_compression": "`ALTER COLUMN … SET COMPRESSION`",
        SetColumnOptions = "set_column_options": "`ALTER COLUMN … SET (n_distinct = …)` and `RESET`",
        RenameColumn = "rename_column": "`RENAME COLUMN`",
        InlineCheck = "inline_check": "`CHECK` inside an `ADD COLUMN`",
        InlineUnique = "inline_unique": "`UNIQUE` inside an `ADD COLUMN`",
        InlinePrimaryKey = "inline_primary_key": "`PRIMARY KEY` inside an `ADD COLUMN`",
        InlineReferences = "inline_references": "`REFERENCES` inside an `ADD COLUMN` without a default",
        InlineReferencesDefault = "inline_references_default": "`REFERENCES` inside an `ADD COLUMN` with a default other than null",
    }
    Constraint {
        AddCheck = "add_check": "`ADD CHECK`",
        AddCheckNotValid = "add_check_not_valid": "`ADD CHECK … NOT VALID`",
        AddCheckNotEnforced = "add_check_not_enforced": "`ADD CHECK … NOT ENFORCED`",
        AddNotNull = "add_not_null": "`ADD CONSTRAINT … NOT NULL c`",
        AddNotNullNotValid = "add_not_null_not_valid": "`ADD CONSTRAINT … NOT NULL c NOT VALID`",
        AddUnique = "add_unique": "`ADD UNIQUE`",
        AddUniqueUsingIndex = "add_unique_using_index": "`ADD UNIQUE USING INDEX`",
        AddPrimaryKey = "add_primary_key": "`ADD PRIMARY KEY` on columns that are NOT NULL",
        AddPrimaryKeyNullable = "add_primary_key_nullable": "`ADD PRIMARY KEY` on a column that may be null so far",
        AddPrimaryKeyUsingIndex = "add_primary_key_using_index": "`ADD PRIMARY KEY USING INDEX` on columns that are NOT NULL",
        AddPrimaryKeyUsingIndexNullable = "add_primary_key_using_index_nullable": "`ADD PRIMARY KEY USING INDEX` on a column that may be null so far",
        AddExclusion = "add_exclusion": "`ADD EXCLUDE`",
        AddForeignKey = "add_foreign_key": "`ADD FOREIGN KEY`",
        AddForeignKeyNotValid = "add_foreign_key_not_valid": "`ADD FOREIGN KEY … NOT VALID`",
        AddForeignKeyNotEnforced = "add_foreign_key_not_enforced": "`ADD FOREIGN KEY … NOT ENFORCED`",
        AddForeignKeyPartitioned = "add_foreign_key_partitioned": "`ADD FOREIGN KEY` that references a partitioned table",
        ValidateCheck = "validate_check": "`VALIDATE CONSTRAINT` of a CHECK",
        ValidateForeignKey = "validate_foreign_key": "`VALIDATE CONSTRAINT` of a foreign key",
        ValidateNotNull = "validate_not_null": "`VALIDATE CONSTRAINT` of a NOT NULL",
        ValidateAlready = "validate_already": "`VALIDATE CONSTRAINT` of a constraint that is valid already",
        AlterConstraintDeferrability = "alter_constraint_deferrability": "`ALTER CONSTRAINT … DEFERRABLE` and the like, of a foreign key",
        AlterConstraintEnforced = "alter_constraint_enforced": "`ALTER CONSTRAINT … ENFORCED` of a foreign key",
        AlterConstraintNotEnforced = "alter_constraint_not_enforced": "`ALTER CONSTRAINT … NOT ENFORCED` of a foreign key",
        AlterConstraintInherit = "alter_constraint_inherit": "`ALTER CONSTRAINT … INHERIT` or `NO INHERIT` of a NOT NULL",
        DropCheck = "drop_check": "`DROP CONSTRAINT` of a CHECK",
        DropNotNullConstraint = "drop_not_null_constraint": "`DROP CONSTRAINT` of a NOT NULL",
        DropUnique = "drop_unique": "`DROP CONSTRAINT` of a UNIQUE that no foreign key needs",
        DropPrimaryKey = "drop_primary_key": "`DROP CONSTRAINT` of a primary key that no foreign key needs",
        DropKeyReferenced = "drop_key_referenced": "`DROP CONSTRAINT … CASCADE` of a key that another table's foreign key needs",
        DropExclusion = "drop_exclusion": "`DROP CONSTRAINT` of an EXCLUDE",
        DropForeignKey = "drop_foreign_key": "`DROP CONSTRAINT` of a foreign key",
        RenameConstraint = "rename_constraint": "`RENAME CONSTRAINT`",
    }
    Table {
        CreateTable = "create_table": "`CREATE TABLE` that names no other table",
        CreateTableReferences = "create_table_references": "`CREATE TABLE` with a foreign key",
        CreateTableLike = "create_table_like": "`CREATE TABLE (LIKE …)`",
        CreateTableAs = "create_table_as": "`CREATE TABLE AS SELECT` and `SELECT INTO`",
        DropTable = "drop_table": "`DROP TABLE` that nothing else depends on",
        DropTableReferencing = "drop_table_referencing": "`DROP TABLE` of a table with a foreign key to another",
        DropTableReferenced = "drop_table_referenced": "`DROP TABLE … CASCADE` of a table that another's foreign key references",
        DropTableViewed = "drop_table_viewed": "`DROP TABLE … CASCADE` of a table that a view reads",
        RenameTable = "rename_table": "`RENAME TO`",
        SetSchema = "set_schema": "`SET SCHEMA`",
        SetOwner = "set_owner": "`OWNER TO`",
        SetTablespace = "set_tablespace": "`SET TABLESPACE` to another one",
        SetLogged = "set_logged": "`SET LOGGED` of an unlogged table",
        SetUnlogged = "set_unlogged": "`SET UNLOGGED` of a logged table",
        SetAccessMethod = "set_access_method": "`SET ACCESS METHOD` to another one",
        SetStorageParameter = "set_storage_parameter": "`SET (fillfactor = …)`, `SET (autovacuum_… = …)`, `SET (toast_tuple_target = …)` and `RESET`",
        SetUserCatalogTable = "set_user_catalog_table": "`SET (user_catalog_table = …)`",
        SetWithoutOids = "set_without_oids": "`SET WITHOUT OIDS`",
        EnableRowSecurity = "enable_row_security": "`ENABLE` or `DISABLE ROW LEVEL SECURITY`",
        ForceRowSecurity = "force_row_security": "`FORCE` or `NO FORCE ROW LEVEL SECURITY`",
        ReplicaIdentityFull = "replica_identity_full": "`REPLICA IDENTITY FULL`, `NOTHING` or `DEFAULT`",
        ReplicaIdentityUsingIndex = "replica_identity_using_index": "`REPLICA IDENTITY USING INDEX`",
        ClusterOn = "cluster_on": "`CLUSTER ON` and `SET WITHOUT CLUSTER`",
        OfType = "of_type": "`OF type`",
        NotOf = "not_of": "`NOT OF`",
        EnableTrigger = "enable_trigger": "`ENABLE` or `DISABLE TRIGGER`",
        EnableTriggerAll = "enable_trigger_all": "`ENABLE` or `DISABLE TRIGGER ALL`",
        EnableRule = "enable_rule": "`ENABLE` or `DISABLE RULE`",
        Comment = "comment": "`COMMENT ON TABLE` and `ON COLUMN`",
        CommentOnIndex = "comment_on_index": "`COMMENT ON INDEX`",
        CommentOnConstraint = "comment_on_constraint": "`COMMENT ON CONSTRAINT … ON table`",
        Grant = "grant": "`GRANT … ON TABLE`",
        Revoke = "revoke": "`REVOKE … ON TABLE`",
    }
    Partition {
        CreatePartition = "create_partition": "`CREATE TABLE … PARTITION OF` a table without a DEFAULT partition",
        CreatePartitionBesideDefault = "create_partition_beside_default": "`CREATE TABLE … PARTITION OF` a table with a DEFAULT partition",
        CreatePartitionReferencing = "create_partition_referencing": "`CREATE TABLE … PARTITION OF` a table with a foreign key, beside the creating's own form",
        CreatePartitionReferenced = "create_partition_referenced": "`CREATE TABLE … PARTITION OF` a table that another one references, beside the creating's own form",
        CreateDefaultPartition = "create_default_partition": "`CREATE TABLE … PARTITION OF … DEFAULT`",
        CreatePartitioned = "create_partitioned": "`CREATE TABLE … PARTITION BY`",
        CreateInheriting = "create_inheriting": "`CREATE TABLE … INHERITS`",
        AttachPartition = "attach_partition": "`ATTACH PARTITION` with nothing that proves the bound",
        AttachPartitionProven = "attach_partition_proven": "`ATTACH PARTITION` where a validated CHECK proves the bound",
        AttachPartitionBesideDefault = "attach_partition_beside_default": "`ATTACH PARTITION` to a table with a DEFAULT partition, beside the attaching's own form",
        AttachPartitionBesideDefaultProven = "attach_partition_beside_default_proven": "the same where a CHECK on the DEFAULT partition proves that it holds no such row",
        AttachPartitionIndexed = "attach_partition_indexed": "`ATTACH PARTITION` of a table that lacks an index the parent has, beside the attaching's own form",
        AttachPartitionReferencing = "attach_partition_referencing": "`ATTACH PARTITION` to a table with a foreign key, beside the attaching's own form",
        AttachPartitionReferenced = "attach_partition_referenced": "`ATTACH PARTITION` to a table that another one references, beside the attaching's own form",
        DetachPartition = "detach_partition": "`DETACH PARTITION`",
        DetachPartitionBesideDefault = "detach_partition_beside_default": "`DETACH PARTITION` of a table with a DEFAULT partition",
        DetachPartitionConcurrently = "detach_partition_concurrently": "`DETACH PARTITION … CONCURRENTLY`",
        DetachPartitionFinalize = "detach_partition_finalize": "`DETACH PARTITION … FINALIZE`",
        DetachPartitionReferencing = "detach_partition_referencing": "`DETACH PARTITION` from a table with a foreign key, beside the detaching's own form",
        DetachPartitionReferenced = "detach_partition_referenced": "`DETACH PARTITION` from a table that another one references, beside the detaching's own form",
        DropPartition = "drop_partition": "`DROP TABLE` of a partition",
        Inherit = "inherit": "`INHERIT`",
        NoInherit = "no_inherit": "`NO INHERIT`",
    }
    Index {
        CreateIndex = "create_index": "`CREATE INDEX`, UNIQUE or not",
        CreateIndexConcurrently = "create_index_concurrently": "`CREATE INDEX CONCURRENTLY`",
        CreateIndexOnly = "create_index_only": "`CREATE INDEX … ON ONLY` a partitioned table",
        DropIndex = "drop_index": "`DROP INDEX`",
        DropIndexConcurrently = "drop_index_concurrently": "`DROP INDEX CONCURRENTLY`",
        RenameIndex = "rename_index": "`ALTER INDEX … RENAME`",
        AlterIndexSet = "alter_index_set": "`ALTER INDEX … SET (…)` and `RESET`",
        AlterIndexSetStatistics = "alter_index_set_statistics": "`ALTER INDEX … ALTER COLUMN … SET STATISTICS`",
        AlterIndexSetTablespace = "alter_index_set_tablespace": "`ALTER INDEX … SET TABLESPACE`",
        AlterIndexAttachPartition = "alter_index_attach_partition": "`ALTER INDEX … ATTACH PARTITION`",
        ReindexIndex = "reindex_index": "`REINDEX INDEX`",
        ReindexIndexConcurrently = "reindex_index_concurrently": "`REINDEX INDEX CONCURRENTLY`",
        ReindexTable = "reindex_table": "`REINDEX TABLE`",
        ReindexTableConcurrently = "reindex_table_concurrently": "`REINDEX TABLE CONCURRENTLY`",
        ReindexSchema = "reindex_schema": "`REINDEX SCHEMA`, for each table in it",
        ReindexSchemaConcurrently = "reindex_schema_concurrently": "`REINDEX SCHEMA CONCURRENTLY`, for each table in it",
    }
    Object {
        CreateTrigger = "create_trigger": "`CREATE TRIGGER`",
        CreateTriggerFrom = "create_trigger_from": "`CREATE CONSTRAINT TRIGGER … FROM` another table",
        DropTrigger = "drop_trigger": "`DROP TRIGGER`",
        RenameTrigger = "rename_trigger": "`ALTER TRIGGER … RENAME`",
        TriggerDependsOnExtension = "trigger_depends_on_extension": "`ALTER TRIGGER … DEPENDS ON EXTENSION`",
        CreateRule = "create_rule": "`CREATE RULE`",
        RenameRule = "rename_rule": "`ALTER RULE … RENAME`",
        DropRule = "drop_rule": "`DROP RULE`",
        CreatePolicy = "create_policy": "`CREATE POLICY`",
        AlterPolicy = "alter_policy": "`ALTER POLICY`",
        RenamePolicy = "rename_policy": "`ALTER POLICY … RENAME`",
        DropPolicy = "drop_policy": "`DROP POLICY`",
        CreateView = "create_view": "`CREATE VIEW`",
        ReplaceView = "replace_view": "`CREATE OR REPLACE VIEW` of one that exists",
        AlterView = "alter_view": "`ALTER VIEW … SET (…)`, `ALTER COLUMN … SET DEFAULT`",
        RenameView = "rename_view": "`ALTER VIEW … RENAME` and `SET SCHEMA`",
        DropView = "drop_view": "`DROP VIEW`",
        CreateMaterializedView = "create_materialized_view": "`CREATE MATERIALIZED VIEW`",
        CreateMaterializedViewNoData = "create_materialized_view_no_data": "`CREATE MATERIALIZED VIEW … WITH NO DATA`",
        RenameMaterializedView = "rename_materialized_view": "`ALTER MATERIALIZED VIEW … RENAME`",
        DropMaterializedView = "drop_materialized_view": "`DROP MATERIALIZED VIEW`",
        RefreshMaterializedView = "refresh_materialized_view": "`REFRESH MATERIALIZED VIEW`",
        RefreshMaterializedViewConcurrently = "refresh_materialized_view_concurrently": "`REFRESH MATERIALIZED VIEW CONCURRENTLY`",
        RefreshMaterializedViewNoData = "refresh_materialized_view_no_data": "`REFRESH MATERIALIZED VIEW … WITH NO DATA`",
        CreateStatistics = "create_statistics": "`CREATE STATISTICS`",
        AlterStatistics = "alter_statistics": "`ALTER STATISTICS … SET STATISTICS`",
        DropStatistics = "drop_statistics": "`DROP STATISTICS`",
        CreateSequence = "create_sequence": "`CREATE SEQUENCE`",
        CreateSequenceOwnedBy = "create_sequence_owned_by": "`CREATE SEQUENCE … OWNED BY table.column`",
        AlterSequence = "alter_sequence": "`ALTER SEQUENCE` of its settings, and `RESTART`",
        AlterSequenceOwnedBy = "alter_sequence_owned_by": "`ALTER SEQUENCE … OWNED BY table.column`",
        RenameSequence = "rename_sequence": "`ALTER SEQUENCE … RENAME`",
        DropSequence = "drop_sequence": "`DROP SEQUENCE` that no default uses",
        DropSequenceUsed = "drop_sequence_used": "`DROP SEQUENCE … CASCADE` of one that a column's default uses",
        CreateEnum = "create_enum": "`CREATE TYPE … AS ENUM`",
        AddEnumValue = "add_enum_value": "`ALTER TYPE … ADD VALUE`",
        RenameEnumValue = "rename_enum_value": "`ALTER TYPE … RENAME VALUE`",
        RenameType = "rename_type": "`ALTER TYPE … RENAME`",
        DropType = "drop_type": "`DROP TYPE` that no column uses",
        DropTypeUsed = "drop_type_used": "`DROP TYPE … CASCADE` (or `DROP DOMAIN`) of one that columns use",
        CreateComposite = "create_composite": "`CREATE TYPE … AS (…)`",
        AlterComposite = "alter_composite": "`ALTER TYPE … ADD`, `DROP` or `ALTER ATTRIBUTE` of a type no table is made of",
        AlterCompositeTyped = "alter_composite_typed": "`ALTER TYPE … ADD ATTRIBUTE … CASCADE` of a type that a table is `OF`",
        CreateDomain = "create_domain": "`CREATE DOMAIN`",
        DomainAddCheck = "domain_add_check": "`ALTER DOMAIN … ADD CHECK`",
        DomainAddCheckNotValid = "domain_add_check_not_valid": "`ALTER DOMAIN … ADD CHECK … NOT VALID`",
        DomainValidate = "domain_validate": "`ALTER DOMAIN … VALIDATE CONSTRAINT`",
        DomainSetNotNull = "domain_set_not_null": "`ALTER DOMAIN … SET NOT NULL`",
        DomainDropConstraint = "domain_drop_constraint": "`ALTER DOMAIN … DROP CONSTRAINT` or `DROP NOT NULL`",
        DomainSetDefault = "domain_set_default": "`ALTER DOMAIN … SET DEFAULT` or `DROP DEFAULT`",
        CreateFunction = "create_function": "`CREATE FUNCTION` or `PROCEDURE`",
        DropFunction = "drop_function": "`DROP FUNCTION` or `PROCEDURE` that nothing uses",
        DropFunctionTrigger = "drop_function_trigger": "`DROP FUNCTION … CASCADE` of one that a trigger calls",
        CreateSchema = "create_schema": "`CREATE SCHEMA`",
        RenameSchema = "rename_schema": "`ALTER SCHEMA … RENAME`",
        DropSchema = "drop_schema": "`DROP SCHEMA` that is empty",
        DropSchemaCascade = "drop_schema_cascade": "`DROP SCHEMA … CASCADE` with tables in it",
        CreateExtension = "create_extension": "`CREATE EXTENSION`",
        DropExtension = "drop_extension": "`DROP EXTENSION` that nothing uses",
        CreatePublication = "create_publication": "`CREATE PUBLICATION … FOR TABLE`",
        CreatePublicationAllTables = "create_publication_all_tables": "`CREATE PUBLICATION … FOR ALL TABLES`",
        CreatePublicationSchema = "create_publication_schema": "`CREATE PUBLICATION … FOR TABLES IN SCHEMA`",
        PublicationAddTable = "publication_add_table": "`ALTER PUBLICATION … ADD TABLE`",
        PublicationDropTable = "publication_drop_table": "`ALTER PUBLICATION … DROP TABLE`",
        PublicationSetTable = "publication_set_table": "`ALTER PUBLICATION … SET TABLE`",
        DropPublication = "drop_publication": "`DROP PUBLICATION`",
        CreateCollation = "create_collation": "`CREATE COLLATION`",
        CreateRole = "create_role": "`CREATE ROLE`",
    }
    Data {
        Select = "select": "`SELECT` of every row, and `TABLE`",
        SelectForUpdate = "select_for_update": "`SELECT … FOR UPDATE`, `NO KEY UPDATE`, `SHARE` or `KEY SHARE` of every row",
        Insert = "insert": "`INSERT … VALUES` into a table without foreign keys",
        InsertReferencing = "insert_referencing": "`INSERT … VALUES` into a table with a foreign key",
        InsertSelect = "insert_select": "`INSERT … SELECT` from another table",
        InsertOnConflict = "insert_on_conflict": "`INSERT … ON CONFLICT DO UPDATE`",
        Update = "update": "`UPDATE` without WHERE of columns in no foreign key",
        UpdateReferencing = "update_referencing": "`UPDATE` without WHERE of a column with a foreign key",
        UpdateReferenced = "update_referenced": "`UPDATE` without WHERE of a key that another table references",
        UpdateFrom = "update_from": "`UPDATE … FROM` another table",
        Delete = "delete": "`DELETE` without WHERE from a table nothing references",
        DeleteReferenced = "delete_referenced": "`DELETE` without WHERE from a table that another references, without cascade, with an index on its key",
        DeleteReferencedUnindexed = "delete_referenced_unindexed": "the same where the referencing table has no index on its key",
        DeleteCascade = "delete_cascade": "`DELETE` without WHERE from a table that another references with ON DELETE CASCADE, with an index on its key",
        DeleteCascadeUnindexed = "delete_cascade_unindexed": "the same where the referencing table has no index on its key",
        DeleteUsing = "delete_using": "`DELETE … USING` another table",
        Merge = "merge": "`MERGE` from another table",
        CopyFrom = "copy_from": "`COPY … FROM`",
        CopyTo = "copy_to": "`COPY table TO`",
        Truncate = "truncate": "`TRUNCATE` of a table nothing references",
        TruncateCascade = "truncate_cascade": "`TRUNCATE … CASCADE` of a table that another references",
        TruncateRestartIdentity = "truncate_restart_identity": "`TRUNCATE … RESTART IDENTITY`",
        Vacuum = "vacuum": "`VACUUM` and `VACUUM (FREEZE)`",
        VacuumFull = "vacuum_full": "`VACUUM FULL`",
        VacuumAnalyze = "vacuum_analyze": "`VACUUM ANALYZE`",
        Analyze = "analyze": "`ANALYZE table`",
        Cluster = "cluster": "`CLUSTER table USING index`",
        LockAccessShare = "lock_access_share": "`LOCK TABLE … IN ACCESS SHARE MODE`",
        LockRowShare = "lock_row_share": "`LOCK TABLE … IN ROW SHARE MODE`",
        LockRowExclusive = "lock_row_exclusive": "`LOCK TABLE … IN ROW EXCLUSIVE MODE`",
        LockShareUpdateExclusive = "lock_share_update_exclusive": "`LOCK TABLE … IN SHARE UPDATE EXCLUSIVE MODE`",
        LockShare = "lock_share": "`LOCK TABLE … IN SHARE MODE`",
        LockShareRowExclusive = "lock_share_row_exclusive": "`LOCK TABLE … IN SHARE ROW EXCLUSIVE MODE`",
        LockExclusive = "lock_exclusive": "`LOCK TABLE … IN EXCLUSIVE MODE`",
        LockAccessExclusive = "lock_access_exclusive": "`LOCK TABLE` and `… IN ACCESS EXCLUSIVE MODE`",
    }
}

impl fmt::Display for Form {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A word that names no form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownForm(pub String);

impl fmt::Display for UnknownForm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\"{}\" is not a form of statement that facts know", self.0)
    }
}

impl std::error::Error for UnknownForm {}

impl FromStr for Form {
    type Err = UnknownForm;

    fn from_str(text: &str) -> Result<Self, UnknownForm> {
        let found = Self::ALL.iter().find(|form| form.name() == text);
        found.copied().ok_or_else(|| UnknownForm(text.to_owned()))
    }
}

impl Serialize for Form {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

impl<'de> Deserialize<'de> for Form {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}
