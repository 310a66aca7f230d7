//! A form with a file.

use axum::extract::{
    Multipart,
    multipart::{MultipartError, MultipartRejection},
};

use crate::refusal::{Answer, Refusal};

/// What a form with a file brought.
#[derive(Debug, Default)]
pub(crate) struct Upload {
    /// The token of its session.
    pub form: String,
    /// The file's name; empty where none was chosen.
    pub name: String,
    /// The file's bytes.
    pub file: Vec<u8>,
}

/// Reads it.
pub(crate) async fn read(sent: Result<Multipart, MultipartRejection>) -> Answer<Upload> {
    let bad = |error: MultipartError| {
        Refusal::bad_request(format!("The file did not arrive: {}.", error.body_text()))
    };
    let mut sent = sent.map_err(|error| Refusal::bad_request(error.body_text()))?;
    let mut upload = Upload::default();
    while let Some(field) = sent.next_field().await.map_err(bad)? {
        match field.name() {
            Some("form") => upload.form = field.text().await.map_err(bad)?,
            Some("file") => {
                upload.name = field.file_name().unwrap_or_default().to_owned();
                upload.file = field.bytes().await.map_err(bad)?.to_vec();
            }
            _ => {}
        }
    }
    Ok(upload)
}
