//! Speech that is heard: a thread makes sound of phrases, one ahead of what is being played.

use std::{
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, AtomicUsize, Ordering},
        mpsc::{self, Receiver, Sender},
    },
    thread,
};

use super::{Output, Phrase, Speech, Voices, cache::Cache};

/// Speaks through an [`Output`].
pub struct SpokenAloud {
    to_voice: Sender<Job>,
    shared: Arc<Shared>,
}

struct Job {
    /// Number of hushes before it was said.
    said_at: u64,
    phrase: Phrase,
}

struct Shared {
    hushes: AtomicU64,
    waiting: AtomicUsize,
    output: Mutex<Box<dyn Output>>,
}

impl Shared {
    fn output(&self) -> MutexGuard<'_, Box<dyn Output>> {
        self.output.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl SpokenAloud {
    /// Starts the voice's thread; it ends with this.
    pub fn start(voices: Voices, output: impl Output) -> Self {
        let shared = Arc::new(Shared {
            hushes: AtomicU64::new(0),
            waiting: AtomicUsize::new(0),
            output: Mutex::new(Box::new(output)),
        });
        let (to_voice, jobs) = mpsc::channel();
        let of_thread = shared.clone();
        thread::spawn(move || speak(&voices, &of_thread, &jobs));
        Self { to_voice, shared }
    }
}

fn speak(voices: &Voices, shared: &Shared, jobs: &Receiver<Job>) {
    let mut cache = Cache::default();
    while let Ok(job) = jobs.recv() {
        let wanted = || shared.hushes.load(Ordering::SeqCst) == job.said_at;
        let sound = match cache.get(&job.phrase) {
            _ if !wanted() => None,
            Some(sound) => Some(sound),
            None => match voices.sound(&job.phrase) {
                Ok(sound) => {
                    let sound = Arc::new(sound);
                    cache.keep(job.phrase.clone(), sound.clone());
                    Some(sound)
                }
                Err(error) => {
                    tracing::warn!(%error, "nothing is said");
                    None
                }
            },
        };
        if let Some(sound) = sound {
            let mut output = shared.output();
            // Asked again under the lock that a hush takes: what it broke off does not begin after it.
            if wanted() {
                output.play(&sound);
            }
        }
        shared.waiting.fetch_sub(1, Ordering::SeqCst);
    }
}

impl Speech for SpokenAloud {
    fn say(&mut self, phrases: Vec<Phrase>) {
        let said_at = self.shared.hushes.load(Ordering::SeqCst);
        for phrase in phrases {
            self.shared.waiting.fetch_add(1, Ordering::SeqCst);
            if self.to_voice.send(Job { said_at, phrase }).is_err() {
                self.shared.waiting.fetch_sub(1, Ordering::SeqCst);
            }
        }
    }

    fn hush(&mut self) {
        let mut output = self.shared.output();
        self.shared.hushes.fetch_add(1, Ordering::SeqCst);
        output.stop();
    }

    fn is_speaking(&self) -> bool {
        self.shared.waiting.load(Ordering::SeqCst) > 0 || self.shared.output().is_playing()
    }

    fn set_loudness(&mut self, part: f32) {
        self.shared.output().set_loudness(part);
    }
}
