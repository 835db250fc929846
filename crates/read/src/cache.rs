//! What was read before, by its content: an unchanged source costs nothing the second time.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use model::Fault;
use serde::Serialize;
use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};

/// The most that all entries together take; the oldest go first.
const BYTES_MAX: u64 = 256 << 20;

/// Entries in a folder of the user's cache, each named by what it was made from.
#[derive(Debug, Clone)]
pub struct Cache {
    folder: PathBuf,
    bytes_max: u64,
}

/// The name of an entry: a digest of everything that decides what is in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Key(String);

impl Key {
    /// The key of these texts, in this order, for this build of Lockkeeper.
    pub(crate) fn of<'a>(texts: impl IntoIterator<Item = &'a str>) -> Self {
        Self(program()).and(texts)
    }

    /// The key of more texts after these.
    pub(crate) fn and<'a>(&self, texts: impl IntoIterator<Item = &'a str>) -> Self {
        let mut digest = Sha256::new();
        digest.update(&self.0);
        for text in texts {
            digest.update(text.len().to_le_bytes());
            digest.update(text.as_bytes());
        }
        Self(hex(&digest.finalize()))
    }
}

/// Which program this is: another build may read another schema out of the same texts.
fn program() -> String {
    let about = std::env::current_exe().and_then(fs::metadata);
    let time = about.as_ref().ok().and_then(|about| about.modified().ok());
    let time = time.and_then(|time| time.duration_since(SystemTime::UNIX_EPOCH).ok()).unwrap_or_default();
    let bytes = about.map_or(0, |about| about.len());
    format!("{} {bytes} {}", env!("CARGO_PKG_VERSION"), time.as_nanos())
}

impl Cache {
    /// The cache in the user's cache folder.
    ///
    /// # Errors
    /// `shadow.cache` when the folder cannot be made.
    pub fn open() -> Result<Self, Fault> {
        Ok(Self::within(&shadow::cache_folder()?))
    }

    /// A cache in a folder of this one, which is made when something is kept.
    pub fn within(folder: &Path) -> Self {
        Self { folder: folder.join("schemas"), bytes_max: BYTES_MAX }
    }

    /// What is kept under a key. An entry that is not as it was written is left, and a note says so.
    pub(crate) fn get<T: DeserializeOwned>(&self, key: &Key, notes: &mut Vec<String>) -> Option<T> {
        let path = self.path(key);
        let text = fs::read_to_string(&path).ok()?;
        let whole = text.split_once('\n').filter(|(digest, json)| hex(&Sha256::digest(json)) == *digest);
        match whole.and_then(|(_, json)| serde_json::from_str(json).ok()) {
            Some(value) => {
                // The time says when it was last of use; without it the entry goes earlier.
                let touched = fs::File::open(&path).and_then(|file| file.set_modified(SystemTime::now()));
                drop(touched);
                Some(value)
            }
            None => {
                notes.push(format!("the cache's entry {} is damaged, and was not used", path.display()));
                None
            }
        }
    }

    /// Keeps a value under a key. That it could not be kept is a note.
    pub(crate) fn put<T: Serialize>(&self, key: &Key, value: &T, notes: &mut Vec<String>) {
        self.put_all([(key, value)].into_iter(), notes);
    }

    /// Keeps each value under its key. That they could not be kept is a note.
    pub(crate) fn put_all<'k, T: Serialize + 'k>(
        &self,
        mut entries: impl Iterator<Item = (&'k Key, &'k T)>,
        notes: &mut Vec<String>,
    ) {
        let written = fs::create_dir_all(&self.folder)
            .and_then(|()| entries.try_for_each(|(key, value)| self.write(key, value)))
            .and_then(|()| self.prune());
        if let Err(error) = written {
            notes.push(format!("nothing is kept in the cache {}: {error}", self.folder.display()));
        }
    }

    fn write<T: Serialize>(&self, key: &Key, value: &T) -> std::io::Result<()> {
        let json = serde_json::to_string(value)?;
        let mut file = tempfile::NamedTempFile::new_in(&self.folder)?;
        let entry = [&hex(&Sha256::digest(&json)), "\n", &json].concat();
        std::io::Write::write_all(&mut file, entry.as_bytes())?;
        file.persist(self.path(key))?;
        Ok(())
    }

    fn path(&self, key: &Key) -> PathBuf {
        self.folder.join([&key.0, ".json"].concat())
    }

    /// Removes what was not of use for longest until the rest fits.
    fn prune(&self) -> std::io::Result<()> {
        let mut entries = Vec::new();
        for entry in fs::read_dir(&self.folder)?.flatten() {
            // Another process may have removed it meanwhile.
            if let Ok(about) = entry.metadata() {
                entries.push((about.modified().unwrap_or(SystemTime::UNIX_EPOCH), about.len(), entry.path()));
            }
        }
        let mut bytes: u64 = entries.iter().map(|(_, bytes, _)| bytes).sum();
        entries.sort();
        for (_, size, path) in entries {
            if bytes <= self.bytes_max {
                break;
            }
            if fs::remove_file(path).is_ok() {
                bytes -= size;
            }
        }
        Ok(())
    }
}

fn hex(digest: &[u8]) -> String {
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_damaged_entry_is_not_used_and_said() {
        let folder = tempfile::tempdir().unwrap();
        let cache = Cache::within(folder.path());
        let (key, mut notes) = (Key::of(["a", "b"]), Vec::new());
        cache.put(&key, &vec![1, 2], &mut notes);
        assert_eq!(cache.get::<Vec<i32>>(&key, &mut notes), Some(vec![1, 2]));
        assert_eq!(
            cache.get::<Vec<i32>>(&Key::of(["ab", ""]), &mut notes),
            None,
            "texts do not run together"
        );
        let path = cache.path(&key);
        fs::write(&path, fs::read_to_string(&path).unwrap().replace('2', "3")).unwrap();
        assert_eq!(cache.get::<Vec<i32>>(&key, &mut notes), None);
        assert!(notes.len() == 1 && notes[0].contains("is damaged"), "{notes:?}");
    }

    #[test]
    fn the_oldest_go_first() {
        let folder = tempfile::tempdir().unwrap();
        let cache = Cache { bytes_max: 300, ..Cache::within(folder.path()) };
        let mut notes = Vec::new();
        let keys: Vec<Key> = ["a", "b", "c", "d"].map(|text| Key::of([text])).to_vec();
        for (at, key) in keys.iter().enumerate() {
            cache.put(key, &"x".repeat(20), &mut notes);
            let time = SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(at as u64);
            if let Ok(file) = fs::File::open(cache.path(key)) {
                file.set_modified(time).unwrap();
            }
        }
        let kept: Vec<bool> = keys.iter().map(|key| cache.path(key).exists()).collect();
        assert_eq!(kept, [false, true, true, true]);
        assert!(notes.is_empty(), "{notes:?}");
    }
}
