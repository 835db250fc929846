//! What kind of change a change is.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

macro_rules! operations {
    ($($(#[$doc:meta])* $variant:ident = $name:literal,)*) => {
        /// What kind of change a statement or a [`Change`](crate::Change) makes; written in capitals
        /// with underscores everywhere.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Operation { $($(#[$doc])* #[doc = concat!("`", $name, "`")] $variant,)* }

        impl Operation {
            /// Every operation there is.
            pub const ALL: &[Self] = &[$(Self::$variant),*];

            /// The name in output: `ADD_COLUMN`.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $name),* }
            }
        }
    };
}

operations! {
    CreateTable = "CREATE_TABLE",
    DropTable = "DROP_TABLE",
    RenameTable = "RENAME_TABLE",
    AlterTable = "ALTER_TABLE",
    AddColumn = "ADD_COLUMN",
    AddColumnWithDefault = "ADD_COLUMN_WITH_DEFAULT",
    AddColumnNotNull = "ADD_COLUMN_NOT_NULL",
    AddColumnNotNullWithDefault = "ADD_COLUMN_NOT_NULL_WITH_DEFAULT",
    DropColumn = "DROP_COLUMN",
    RenameColumn = "RENAME_COLUMN",
    AlterColumnType = "ALTER_COLUMN_TYPE",
    TransformColumn = "TRANSFORM_COLUMN",
    SetNotNull = "SET_NOT_NULL",
    DropNotNull = "DROP_NOT_NULL",
    SetDefault = "SET_DEFAULT",
    DropDefault = "DROP_DEFAULT",
    SetIdentity = "SET_IDENTITY",
    DropIdentity = "DROP_IDENTITY",
    SetExpression = "SET_EXPRESSION",
    DropExpression = "DROP_EXPRESSION",
    SetStorage = "SET_STORAGE",
    SetStatistics = "SET_STATISTICS",
    SetCompression = "SET_COMPRESSION",
    CreateIndex = "CREATE_INDEX",
    DropIndex = "DROP_INDEX",
    AlterIndex = "ALTER_INDEX",
    RenameIndex = "RENAME_INDEX",
    Reindex = "REINDEX",
    AddPrimaryKey = "ADD_PRIMARY_KEY",
    AddUnique = "ADD_UNIQUE",
    AddCheck = "ADD_CHECK",
    AddForeignKey = "ADD_FOREIGN_KEY",
    AlterForeignKey = "ALTER_FOREIGN_KEY",
    AddExclusion = "ADD_EXCLUSION",
    AlterConstraint = "ALTER_CONSTRAINT",
    ValidateConstraint = "VALIDATE_CONSTRAINT",
    RenameConstraint = "RENAME_CONSTRAINT",
    DropConstraint = "DROP_CONSTRAINT",
    CreateEnum = "CREATE_ENUM",
    AddEnumValue = "ADD_ENUM_VALUE",
    RenameEnumValue = "RENAME_ENUM_VALUE",
    DropEnumValue = "DROP_ENUM_VALUE",
    DropEnum = "DROP_ENUM",
    CreateDomain = "CREATE_DOMAIN",
    AlterDomain = "ALTER_DOMAIN",
    DropDomain = "DROP_DOMAIN",
    CreateType = "CREATE_TYPE",
    AlterType = "ALTER_TYPE",
    DropType = "DROP_TYPE",
    CreateSequence = "CREATE_SEQUENCE",
    AlterSequence = "ALTER_SEQUENCE",
    DropSequence = "DROP_SEQUENCE",
    CreateView = "CREATE_VIEW",
    AlterView = "ALTER_VIEW",
    DropView = "DROP_VIEW",
    CreateMaterializedView = "CREATE_MATERIALIZED_VIEW",
    AlterMaterializedView = "ALTER_MATERIALIZED_VIEW",
    RefreshMaterializedView = "REFRESH_MATERIALIZED_VIEW",
    DropMaterializedView = "DROP_MATERIALIZED_VIEW",
    CreateFunction = "CREATE_FUNCTION",
    AlterFunction = "ALTER_FUNCTION",
    DropFunction = "DROP_FUNCTION",
    CreateTrigger = "CREATE_TRIGGER",
    AlterTrigger = "ALTER_TRIGGER",
    DropTrigger = "DROP_TRIGGER",
    CreateRule = "CREATE_RULE",
    DropRule = "DROP_RULE",
    CreatePolicy = "CREATE_POLICY",
    AlterPolicy = "ALTER_POLICY",
    DropPolicy = "DROP_POLICY",
    SetRowSecurity = "SET_ROW_SECURITY",
    CreateSchema = "CREATE_SCHEMA",
    DropSchema = "DROP_SCHEMA",
    CreateExtension = "CREATE_EXTENSION",
    AlterExtension = "ALTER_EXTENSION",
    DropExtension = "DROP_EXTENSION",
    CreateRole = "CREATE_ROLE",
    CreateCollation = "CREATE_COLLATION",
    DropCollation = "DROP_COLLATION",
    AttachPartition = "ATTACH_PARTITION",
    DetachPartition = "DETACH_PARTITION",
    SetTableOptions = "SET_TABLE_OPTIONS",
    SetTablespace = "SET_TABLESPACE",
    SetPersistence = "SET_PERSISTENCE",
    SetReplicaIdentity = "SET_REPLICA_IDENTITY",
    SetSchema = "SET_SCHEMA",
    SetOwner = "SET_OWNER",
    Inherit = "INHERIT",
    CreateStatistics = "CREATE_STATISTICS",
    DropStatistics = "DROP_STATISTICS",
    CreatePublication = "CREATE_PUBLICATION",
    AlterPublication = "ALTER_PUBLICATION",
    Comment = "COMMENT",
    Grant = "GRANT",
    Revoke = "REVOKE",
    Insert = "INSERT",
    Update = "UPDATE",
    Delete = "DELETE",
    Merge = "MERGE",
    Copy = "COPY",
    Truncate = "TRUNCATE",
    Vacuum = "VACUUM",
    Analyze = "ANALYZE",
    Cluster = "CLUSTER",
    Lock = "LOCK",
    Select = "SELECT",
    Set = "SET",
    Transaction = "TRANSACTION",
    Do = "DO",
    /// A statement that the words above do not name.
    Other = "OTHER",
}

impl fmt::Display for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A word that names no operation.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("\"{0}\" is not an operation; operations are words such as ADD_COLUMN or CREATE_INDEX")]
pub struct UnknownOperation(pub String);

impl FromStr for Operation {
    type Err = UnknownOperation;

    fn from_str(text: &str) -> Result<Self, UnknownOperation> {
        let found = Self::ALL.iter().find(|operation| operation.name() == text);
        found.copied().ok_or_else(|| UnknownOperation(text.to_owned()))
    }
}

impl Serialize for Operation {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

impl<'de> Deserialize<'de> for Operation {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}
