//! Keys of cards and tickets, as this kiosk reaches them: the platform's, which never leave it, and the local ones the operator may allow for
//! the time without network.
//!
//! A stolen kiosk with local keys can read and write every card of the operator until the cards' write key is changed, and bind tickets
//! in its own name until the gates are told its number; one without can do neither. docs/limits.md says what that means.

mod local;

use std::sync::Arc;

use kippu_card::{
    capability::CardFault,
    keys::{KeyStore, Role, SessionHandle, SessionKeys},
};
use kippu_ticket::ids::CardUid;

pub use local::{LocalRing, Owner};

use super::platform::blocking::{BlockingPlatform, NoSession};

/// In front of the handle of a session opened by local keys.
const LOCAL: &str = "local:";

/// The platform's keys while it is there, the local ones while it is not; never the local ones where it says no.
pub struct TerminalKeys {
    platform: BlockingPlatform,
    local: Arc<LocalRing>,
}

impl TerminalKeys {
    /// Both of them.
    pub fn new(platform: BlockingPlatform, local: Arc<LocalRing>) -> Self {
        Self { platform, local }
    }
}

impl KeyStore for TerminalKeys {
    fn begin(
        &self,
        card: CardUid,
        role: Role,
        challenge: [u8; 16],
    ) -> Result<(SessionHandle, [u8; 32]), CardFault> {
        match self.platform.begin_session(card, role, challenge) {
            Ok(begun) => Ok(begun),
            Err(NoSession::Away) => {
                let (handle, response) = self.local.begin(card, role, challenge)?;
                Ok((SessionHandle(format!("{LOCAL}{}", handle.0)), response))
            }
            Err(refused) => Err(refused.into()),
        }
    }

    fn finish(&self, handle: SessionHandle, answer: [u8; 32]) -> Result<SessionKeys, CardFault> {
        match handle.0.strip_prefix(LOCAL) {
            Some(local) => self.local.finish(SessionHandle(local.to_owned()), answer),
            None => Ok(self.platform.finish_session(&handle, answer)?),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::{
        io::{Read, Write},
        net::TcpListener,
        thread,
    };

    use kippu_api::client::Client;
    use tokio::runtime::Runtime;

    use super::*;
    use crate::devices::samples::{CARD, ring_with_keys};

    fn begin(url: &str, local: Arc<LocalRing>) -> Result<SessionHandle, CardFault> {
        let runtime = Runtime::new().unwrap();
        let platform =
            BlockingPlatform::new(runtime.handle().clone(), Client::new(url, "t").unwrap());
        let keys = TerminalKeys::new(platform, local);
        keys.begin(CARD, Role::Write, [0; 16])
            .map(|(handle, _)| handle)
    }

    /// Answers one request.
    fn server(status: &'static str, body: &'static str) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            // The client sends its small request at once.
            let _ = stream.read(&mut [0; 4096]);
            let length = body.len();
            let _ = write!(
                stream,
                "HTTP/1.1 {status}\r\nContent-Type: application/problem+json\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{body}"
            );
        });
        format!("http://{address}")
    }

    #[test]
    fn without_the_platform_the_local_keys_answer() {
        let folder = tempfile::tempdir().unwrap();
        // Port 9 of loopback: nobody listens there.
        let handle = begin("http://127.0.0.1:9", ring_with_keys(&folder)).unwrap();
        assert!(handle.0.starts_with(LOCAL));
    }

    #[test]
    fn a_refusing_platform_is_not_gone_round() {
        let folder = tempfile::tempdir().unwrap();
        let url = server(
            "403 Forbidden",
            r#"{"type":"/problems/forbidden","title":"No.","status":403,"code":"forbidden"}"#,
        );
        assert_eq!(begin(&url, ring_with_keys(&folder)), Err(CardFault::NoKeys));
    }
}
