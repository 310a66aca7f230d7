//! What happened in a run, as lines for people and as a hash two runs of one seed must share.

use sha2::{Digest as _, Sha256};

/// The trace of a run.
pub struct Trace {
    hash: Sha256,
    lines: Option<Vec<String>>,
}

impl Trace {
    /// An empty trace; lines are kept only where somebody will read them.
    pub fn new(keep: bool) -> Self {
        Self {
            hash: Sha256::new(),
            lines: keep.then(Vec::new),
        }
    }

    /// One line. Its text counts for the hash only where lines are kept; [`Self::note`] always does.
    pub fn say(&mut self, line: impl FnOnce() -> String) {
        if let Some(lines) = &mut self.lines {
            lines.push(line());
        }
    }

    /// Something both runs must share.
    pub fn note(&mut self, bytes: &[u8]) {
        self.hash.update((bytes.len() as u64).to_le_bytes());
        self.hash.update(bytes);
    }

    /// The hash so far.
    pub fn hash(&self) -> [u8; 32] {
        self.hash.clone().finalize().into()
    }

    /// The lines.
    pub fn lines(&self) -> &[String] {
        self.lines.as_deref().unwrap_or_default()
    }
}
