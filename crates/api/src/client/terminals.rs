//! The client's part for the terminal itself: keys for working without network, and the word that everything was sent again.

use reqwest::Method;

use super::{Client, ClientError, bytes};
use crate::terminals::Resent;

impl Client {
    /// Keys for working without network, as a sealed stick file; `Forbidden` where the operator does not allow them.
    pub async fn offline_keys(&self) -> Result<Vec<u8>, ClientError> {
        bytes(
            self.send(self.request(Method::GET, "/terminal/keys"))
                .await?,
        )
        .await
    }

    /// Everything this terminal's journal knows was sent again (R15).
    pub async fn resent(&self, to: &Resent) -> Result<(), ClientError> {
        self.send(self.request(Method::POST, "/terminal/resent").json(to))
            .await
            .map(drop)
    }
}
