//! What runners note of a file, to see later whether it was changed.

use sha2::{Digest as _, Sha256};

/// The digests of a migration's file. How lines end does not count: git changes that.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Digest {
    /// SHA-256 in hexadecimal digits, as Drizzle and Prisma note it: of the file as it is, and with the ends of its
    /// lines as others have them.
    sha256: [String; 3],
    /// CRC-32 of its lines without their ends, as Flyway notes it.
    crc32: i32,
}

impl Digest {
    pub(super) fn of(text: &str) -> Self {
        let unix = text.replace("\r\n", "\n");
        let windows = unix.replace('\n', "\r\n");
        Self { sha256: [sha256(text), sha256(&unix), sha256(&windows)], crc32: crc32(text) }
    }

    /// Whether it is the file's SHA-256. Early versions of Prisma left out the zero before a single digit.
    pub(super) fn is_sha256(&self, noted: &str) -> bool {
        let unpadded = |digest: &String| {
            let bytes = digest.as_bytes().chunks(2).map(|byte| String::from_utf8_lossy(byte).into_owned());
            bytes.map(|byte| byte.strip_prefix('0').unwrap_or(&byte).to_owned()).collect::<String>()
        };
        self.sha256
            .iter()
            .any(|digest| digest == noted || noted.len() < digest.len() && unpadded(digest) == noted)
    }

    /// Whether it is the file's checksum as Flyway makes it.
    pub(super) fn is_crc32(&self, noted: i32) -> bool {
        self.crc32 == noted
    }
}

fn sha256(text: &str) -> String {
    Sha256::digest(text.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Lines as Java's `BufferedReader` finds them, without a byte order mark.
fn crc32(text: &str) -> i32 {
    let mut hasher = crc32fast::Hasher::new();
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    text.split(['\n', '\r']).for_each(|line| hasher.update(line.as_bytes()));
    hasher.finalize().cast_signed()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ends_of_lines_do_not_count() {
        let digest = Digest::of("CREATE TABLE t (a int);\r\nSELECT 1;\r\n");
        let other = Digest::of("CREATE TABLE t (a int);\nSELECT 1;\n");
        assert_eq!(digest.crc32, other.crc32);
        assert!(digest.is_sha256(&other.sha256[0]) && other.is_sha256(&digest.sha256[0]));
        assert!(!digest.is_sha256(&Digest::of("SELECT 2").sha256[0]));
    }

    /// By another program: `python3 -c "import zlib; print(zlib.crc32(b'CREATE TABLE t (a int);SELECT 1;'))"`, as a
    /// signed number.
    #[test]
    fn the_checksum_is_that_of_the_lines_alone() {
        assert!(Digest::of("\u{feff}CREATE TABLE t (a int);\nSELECT 1;\n").is_crc32(-1_247_419_836));
    }

    /// By `sha256sum`, each byte printed as Prisma once did.
    #[test]
    fn zeros_may_be_left_out() {
        assert!(
            Digest::of("SELECT 1;")
                .is_sha256("17db4fd369edb9244b9f91d9aeed145c3d4ad8ba6e95d6247f7a63527d11a")
        );
    }
}
