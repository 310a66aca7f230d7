//! The virtual printer on the network: one connection after the other, as real ones do it.

use std::io::{ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use super::control::Control;
use super::machine::{Machine, Paper};
use super::shelf::Shelf;

/// How often it looks for connections, bytes and acts while nothing happens.
const TICK: Duration = Duration::from_millis(5);

/// A terminal that takes no answers for this long is gone.
const DEAF: Duration = Duration::from_secs(2);

/// A paper that came out and where it was saved.
pub type SavedPaper = (PathBuf, Paper);

/// A running virtual printer; stops when dropped.
#[derive(Debug)]
pub struct VirtualPrinter {
    address: SocketAddr,
    machine: Arc<Mutex<Machine>>,
    papers: Receiver<SavedPaper>,
    powered: Arc<AtomicBool>,
    stopping: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl VirtualPrinter {
    /// Listens, and saves papers into a folder.
    ///
    /// # Errors
    /// The address cannot be listened on, or the folder cannot be made.
    pub fn start(listen: &str, folder: &Path) -> std::io::Result<Self> {
        let listener = TcpListener::bind(listen)?;
        listener.set_nonblocking(true)?;
        let address = listener.local_addr()?;
        let (sender, papers) = channel();
        let machine = Arc::new(Mutex::new(Machine::default()));
        let powered = Arc::new(AtomicBool::new(true));
        let stopping = Arc::new(AtomicBool::new(false));
        let mut server = Server {
            machine: machine.clone(),
            shelf: Shelf::open(folder)?,
            papers: sender,
            powered: powered.clone(),
            stopping: stopping.clone(),
        };
        let thread = std::thread::Builder::new()
            .name("virtual-printer".into())
            .spawn(move || server.serve(&listener))?;
        Ok(Self {
            address,
            machine,
            papers,
            powered,
            stopping,
            thread: Some(thread),
        })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Does something to it.
    pub fn control(&self, control: &Control) {
        if let Control::Power(on) = control {
            self.powered.store(*on, Ordering::SeqCst);
        }
        control.apply(&mut self.machine.lock().unwrap_or_else(PoisonError::into_inner));
    }

    /// Waits for the next paper to come out.
    pub fn next_paper(&self, patience: Duration) -> Option<SavedPaper> {
        self.papers.recv_timeout(patience).ok()
    }
}

impl Drop for VirtualPrinter {
    fn drop(&mut self) {
        self.stopping.store(true, Ordering::SeqCst);
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            tracing::error!("the virtual printer's thread had panicked");
        }
    }
}

struct Server {
    machine: Arc<Mutex<Machine>>,
    shelf: Shelf,
    papers: Sender<SavedPaper>,
    powered: Arc<AtomicBool>,
    stopping: Arc<AtomicBool>,
}

impl Server {
    fn serve(&mut self, listener: &TcpListener) {
        while !self.stopping.load(Ordering::SeqCst) {
            match listener.accept() {
                Ok((stream, _)) => {
                    if let Err(error) = self.converse(stream) {
                        tracing::debug!(%error, "a connection ended");
                    }
                }
                Err(error) if error.kind() == ErrorKind::WouldBlock => {
                    self.lay_papers();
                    std::thread::sleep(TICK);
                }
                Err(error) => {
                    tracing::warn!(%error, "cannot take a connection");
                    std::thread::sleep(TICK);
                }
            }
        }
    }

    /// Talks until the other side hangs up. Bytes it sent before that are still obeyed.
    fn converse(&mut self, mut stream: TcpStream) -> std::io::Result<()> {
        stream.set_nonblocking(false)?;
        stream.set_read_timeout(Some(TICK))?;
        stream.set_write_timeout(Some(DEAF))?;
        stream.set_nodelay(true)?;
        let mut bytes = [0; 4096];
        // Answers nobody was connected to hear are lost.
        self.lock().take_answers();
        while self.powered.load(Ordering::SeqCst) && !self.stopping.load(Ordering::SeqCst) {
            let length = match stream.read(&mut bytes) {
                Ok(0) => break,
                Ok(length) => length,
                Err(error) if is_idle(&error) => 0,
                Err(error) => return Err(error),
            };
            let answers = {
                let mut machine = self.lock();
                machine.receive(&bytes[..length]);
                machine.take_answers()
            };
            // Papers are laid before the answer, so a confirmed paper is always there to see.
            self.lay_papers();
            stream.write_all(&answers)?;
        }
        Ok(())
    }

    fn lay_papers(&mut self) {
        let papers = self.lock().take_papers();
        for paper in papers {
            match self.shelf.lay(&paper) {
                // Nobody need be listening.
                Ok(path) => drop(self.papers.send((path, paper))),
                Err(error) => tracing::error!(%error, "cannot save a paper"),
            }
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Machine> {
        self.machine.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn is_idle(error: &std::io::Error) -> bool {
    matches!(
        error.kind(),
        ErrorKind::WouldBlock | ErrorKind::TimedOut | ErrorKind::Interrupted
    )
}
