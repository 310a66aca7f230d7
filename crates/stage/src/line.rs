//! A line between a terminal and the platform that can be held up or cut at a chosen request: before it reaches the platform, or before the
//! answer comes back. Whoever waits there can be unplugged, made to wait, or let go on.

use std::{
    io::{Read, Write},
    net::{TcpListener, TcpStream},
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, ensure};

/// Where a request is held.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// The platform never sees it.
    Request,
    /// The platform has done it, and its answer does not arrive.
    Answer,
}

/// A message that is lost because the connection is cut around it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Loss {
    /// Which request, from 1. Only those count that can change something: not `GET`.
    pub request: u32,
    /// What of it.
    pub what: Lost,
}

/// What is lost of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lost {
    /// The request: the platform never sees it.
    Request,
    /// The answer: the platform has done it.
    Answer,
    /// The answer, and for [`OUTAGE`] everything after it.
    Line,
}

/// How long a line is down that is lost as a whole: longer than a terminal tries again by itself before it tells people.
pub const OUTAGE: Duration = Duration::from_secs(8);

#[derive(Default)]
struct State {
    /// What the request's first line contains, and on which side it is held.
    trap: Option<(String, Side)>,
    held: bool,
    /// What is lost, until it was.
    loss: Option<Loss>,
    /// No message passes until then.
    down_until: Option<Instant>,
    /// First lines of the requests that can change something, in the order they came.
    changing: Vec<String>,
}

#[derive(Default)]
struct Shared {
    state: Mutex<State>,
    changed: Condvar,
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Holds the caller while its request is the one that is waited for.
    fn pass(&self, first_line: &str, side: Side) {
        let mut state = self.lock();
        let caught = |state: &State| {
            state
                .trap
                .as_ref()
                .is_some_and(|(part, at)| *at == side && first_line.contains(part.as_str()))
        };
        while caught(&state) {
            state.held = true;
            self.changed.notify_all();
            state = self
                .changed
                .wait(state)
                .unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// Counts a request that came, and says what of it is lost.
    fn arrived(&self, first_line: &str) -> Option<Lost> {
        let mut state = self.lock();
        let changes = !first_line.starts_with("GET ");
        if changes {
            state.changing.push(first_line.to_owned());
        }
        if state.down_until.is_some_and(|end| Instant::now() < end) {
            return Some(Lost::Request);
        }
        let count = state.changing.len();
        let lost = state
            .loss
            .take_if(|loss| changes && usize::try_from(loss.request) == Ok(count))?;
        Some(lost.what)
    }

    fn goes_down(&self) {
        self.lock().down_until = Some(Instant::now() + OUTAGE);
    }
}

/// The line.
pub struct Line {
    shared: Arc<Shared>,
    url: String,
}

impl Line {
    /// A line to the platform at this URL.
    ///
    /// # Errors
    /// The URL is not plain HTTP, or nothing can listen here.
    pub fn to(platform: &str) -> Result<Self> {
        let platform = platform
            .strip_prefix("http://")
            .context("a plain URL")?
            .to_owned();
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let url = format!("http://{}", listener.local_addr()?);
        let shared = Arc::<Shared>::default();
        let of_thread = Arc::clone(&shared);
        thread::spawn(move || {
            for terminal in listener.incoming().map_while(Result::ok) {
                let (platform, shared) = (platform.clone(), Arc::clone(&of_thread));
                // A side that hangs up ends the connection; the terminal sees that as it would see any other line.
                thread::spawn(move || carry(terminal, &platform, &shared));
            }
        });
        Ok(Self { shared, url })
    }

    /// Where the terminal connects.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// From now on holds requests whose first line contains `part`, such as `/grant`.
    pub fn hold(&self, part: &str, side: Side) {
        let mut state = self.shared.lock();
        state.trap = Some((part.into(), side));
        state.held = false;
    }

    /// Waits until a request is held.
    ///
    /// # Errors
    /// None came in time.
    pub fn wait_held(&self) -> Result<()> {
        let state = self.shared.lock();
        let (state, _) = self
            .shared
            .changed
            .wait_timeout_while(state, Duration::from_secs(30), |state| !state.held)
            .unwrap_or_else(PoisonError::into_inner);
        ensure!(state.held, "no request came for {:?}", state.trap);
        Ok(())
    }

    /// Loses one message.
    pub fn lose(&self, loss: Loss) {
        self.shared.lock().loss = Some(loss);
    }

    /// First lines of the requests so far that can change something, in the order they came.
    pub fn changing(&self) -> Vec<String> {
        self.shared.lock().changing.clone()
    }

    /// Lets everything go on.
    pub fn release(&self) {
        self.shared.lock().trap = None;
        self.shared.changed.notify_all();
    }
}

/// Carries one request after another, whole requests and whole answers: HTTP/1.1 with lengths or chunks is read no deeper than the first
/// line and where the message ends.
fn carry(mut terminal: TcpStream, platform: &str, shared: &Shared) -> Option<()> {
    let mut above = TcpStream::connect(platform).ok()?;
    loop {
        let request = message(&mut terminal)?;
        let first = String::from_utf8_lossy(&request).lines().next()?.to_owned();
        let lost = shared.arrived(&first);
        if lost == Some(Lost::Request) {
            return None;
        }
        shared.pass(&first, Side::Request);
        above.write_all(&request).ok()?;
        let answer = message(&mut above)?;
        if lost == Some(Lost::Line) {
            shared.goes_down();
        }
        if lost.is_some() {
            return None;
        }
        shared.pass(&first, Side::Answer);
        terminal.write_all(&answer).ok()?;
    }
}

/// One whole message; `None` when the side has hung up.
fn message(from: &mut TcpStream) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    let head = loop {
        if let Some(at) = find(&bytes, b"\r\n\r\n") {
            break at + 4;
        }
        more(from, &mut bytes)?;
    };
    let words = String::from_utf8_lossy(&bytes[..head]).to_ascii_lowercase();
    let header = |name: &str| {
        words
            .lines()
            .find_map(|line| line.strip_prefix(name).map(|value| value.trim().to_owned()))
    };
    if header("transfer-encoding:").is_some_and(|coding| coding.contains("chunked")) {
        while find(&bytes[head..], b"0\r\n\r\n").is_none_or(|at| head + at + 5 != bytes.len()) {
            more(from, &mut bytes)?;
        }
    } else {
        let length: usize = header("content-length:").map_or(Some(0), |text| text.parse().ok())?;
        while bytes.len() < head + length {
            more(from, &mut bytes)?;
        }
    }
    Some(bytes)
}

fn more(from: &mut TcpStream, bytes: &mut Vec<u8>) -> Option<()> {
    let mut part = [0; 16 * 1024];
    let count = from.read(&mut part).ok().filter(|count| *count > 0)?;
    bytes.extend_from_slice(&part[..count]);
    Some(())
}

fn find(bytes: &[u8], part: &[u8]) -> Option<usize> {
    bytes.windows(part.len()).position(|window| window == part)
}
