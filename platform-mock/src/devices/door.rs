//! Where connections come in: plain, or by TLS with a terminal's certificate. Each request knows how its connection came in ([`Peer`]).

use std::{
    io,
    net::SocketAddr,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
    time::{Duration, Instant},
};

use axum::{
    extract::connect_info::Connected,
    serve::{IncomingStream, Listener},
};
use kippu_api::enrolment::fingerprint;
use rustls::ServerConfig;
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::{TcpListener, TcpStream},
    sync::{Semaphore, mpsc},
    time::timeout,
};
use tokio_rustls::{TlsAcceptor, server::TlsStream};

use crate::server::serving::prepared;

/// How long a handshake may take.
const HANDSHAKE_MAX: Duration = Duration::from_secs(10);
/// Handshakes at a time; more wait at the system's queue.
const HANDSHAKES: usize = 256;
/// Connections whose handshake is over and that nobody has taken yet.
const READY: usize = 64;
/// A connection older than this is closed after its answer, so that certificates that have ended do not live on in it.
const AGE_MAX: Duration = Duration::from_secs(3600);

/// Who is at the other end of a connection.
#[derive(Debug, Clone)]
pub struct Peer {
    /// Its address.
    pub address: SocketAddr,
    /// Whether the connection is encrypted.
    pub tls: bool,
    /// Fingerprint of the certificate it proved.
    pub certificate: Option<[u8; 32]>,
    since: Instant,
}

impl Peer {
    fn new(address: SocketAddr, tls: bool, certificate: Option<[u8; 32]>) -> Self {
        Self {
            address,
            tls,
            certificate,
            since: Instant::now(),
        }
    }

    /// Whether the connection has lived long enough.
    pub fn is_old(&self) -> bool {
        self.since.elapsed() > AGE_MAX
    }
}

impl Connected<IncomingStream<'_, Door>> for Peer {
    fn connect_info(stream: IncomingStream<'_, Door>) -> Self {
        stream.remote_addr().clone()
    }
}

/// A listener.
pub enum Door {
    /// Whoever comes, in the clear.
    Plain(TcpListener),
    /// By TLS; handshakes are made beside one another, so that a slow one keeps nobody waiting.
    Tls {
        /// Where it listens.
        address: SocketAddr,
        /// Connections whose handshake is done.
        ready: mpsc::Receiver<(Box<TlsStream<TcpStream>>, Peer)>,
    },
}

impl Door {
    /// Takes connections by TLS, until the door is dropped.
    ///
    /// # Errors
    /// When the listener is none.
    pub fn tls(listener: TcpListener, config: Arc<ServerConfig>) -> io::Result<Self> {
        let address = listener.local_addr()?;
        let (hand_over, ready) = mpsc::channel(READY);
        tokio::spawn(receive(listener, TlsAcceptor::from(config), hand_over));
        Ok(Self::Tls { address, ready })
    }
}

async fn receive(
    mut listener: TcpListener,
    acceptor: TlsAcceptor,
    hand_over: mpsc::Sender<(Box<TlsStream<TcpStream>>, Peer)>,
) {
    let turns = Arc::new(Semaphore::new(HANDSHAKES));
    loop {
        let Ok(turn) = Arc::clone(&turns).acquire_owned().await else {
            return;
        };
        let (stream, address) = tokio::select! {
            came = Listener::accept(&mut listener) => came,
            () = hand_over.closed() => return,
        };
        let (acceptor, hand_over) = (acceptor.clone(), hand_over.clone());
        tokio::spawn(async move {
            match timeout(HANDSHAKE_MAX, acceptor.accept(prepared(stream))).await {
                Ok(Ok(stream)) => {
                    let chain = stream.get_ref().1.peer_certificates();
                    let shown = chain.and_then(|chain| chain.first());
                    let peer = Peer::new(address, true, shown.map(|shown| fingerprint(shown)));
                    // The door was closed meanwhile: so is the connection.
                    let _ = hand_over.send((Box::new(stream), peer)).await;
                }
                Ok(Err(error)) => tracing::debug!(%address, %error, "a handshake failed"),
                Err(_) => tracing::debug!(%address, "a handshake took too long"),
            }
            drop(turn);
        });
    }
}

impl Listener for Door {
    type Io = Stream;
    type Addr = Peer;

    async fn accept(&mut self) -> (Stream, Peer) {
        match self {
            Self::Plain(listener) => {
                let (stream, address) = Listener::accept(listener).await;
                (
                    Stream::Plain(prepared(stream)),
                    Peer::new(address, false, None),
                )
            }
            Self::Tls { ready, .. } => match ready.recv().await {
                Some((stream, peer)) => (Stream::Tls(stream), peer),
                None => std::future::pending().await,
            },
        }
    }

    fn local_addr(&self) -> io::Result<Peer> {
        Ok(match self {
            Self::Plain(listener) => Peer::new(listener.local_addr()?, false, None),
            Self::Tls { address, .. } => Peer::new(*address, true, None),
        })
    }
}

/// A connection.
pub enum Stream {
    /// In the clear.
    Plain(TcpStream),
    /// Encrypted.
    Tls(Box<TlsStream<TcpStream>>),
}

impl AsyncRead for Stream {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Plain(stream) => Pin::new(stream).poll_read(context, buffer),
            Self::Tls(stream) => Pin::new(stream).poll_read(context, buffer),
        }
    }
}

impl AsyncWrite for Stream {
    fn poll_write(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        match self.get_mut() {
            Self::Plain(stream) => Pin::new(stream).poll_write(context, bytes),
            Self::Tls(stream) => Pin::new(stream).poll_write(context, bytes),
        }
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Plain(stream) => Pin::new(stream).poll_flush(context),
            Self::Tls(stream) => Pin::new(stream).poll_flush(context),
        }
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Plain(stream) => Pin::new(stream).poll_shutdown(context),
            Self::Tls(stream) => Pin::new(stream).poll_shutdown(context),
        }
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        match self.get_mut() {
            Self::Plain(stream) => Pin::new(stream).poll_write_vectored(context, slices),
            Self::Tls(stream) => Pin::new(stream).poll_write_vectored(context, slices),
        }
    }

    fn is_write_vectored(&self) -> bool {
        match self {
            Self::Plain(stream) => stream.is_write_vectored(),
            Self::Tls(stream) => stream.is_write_vectored(),
        }
    }
}
